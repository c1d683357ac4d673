//! From bytes to a program that is valid, or to an error: never a panic, never more memory than bytes given.

use super::encode::{MAGIC, VERSION, width};
use super::validate::{MAX_DIMS, MAX_NAME, MAX_NODES};
use super::{Activation, Dense, Graph, Input, Node, Op, Scale, Shape, Table};
use crate::error::Error;

impl Graph {
    /// Reads canonical bytes.
    ///
    /// # Errors
    /// Anything but the canonical encoding of a valid program: bytes missing or to spare, another version,
    /// integers stored wider than needed, or a program that [`Graph::validate`] refuses.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader { bytes, at: 0 };
        let graph = reader.graph()?;
        if reader.at != bytes.len() {
            return Err(reader.error("the end", format!("{} more bytes", bytes.len() - reader.at)));
        }
        graph.validate()?;
        Ok(graph)
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn error(&self, expected: impl Into<String>, got: impl ToString) -> Error {
        Error::Decode { offset: self.at, expected: expected.into(), got: got.to_string() }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], Error> {
        let rest = self.bytes.get(self.at..).unwrap_or(&[]);
        let taken =
            rest.get(..count).ok_or_else(|| self.error(format!("{count} bytes"), format!("{} bytes", rest.len())))?;
        self.at += count;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn u8(&mut self) -> Result<u8, Error> {
        self.array().map(u8::from_le_bytes)
    }

    fn u32(&mut self) -> Result<u32, Error> {
        self.array().map(u32::from_le_bytes)
    }

    fn i64(&mut self) -> Result<i64, Error> {
        self.array().map(i64::from_le_bytes)
    }

    /// A 64-bit length or index.
    fn index(&mut self) -> Result<usize, Error> {
        let value = self.array().map(u64::from_le_bytes)?;
        usize::try_from(value).map_err(|_| self.error("an index", value))
    }

    fn name(&mut self) -> Result<String, Error> {
        let length = usize::from(self.array().map(u16::from_le_bytes)?);
        if length > MAX_NAME {
            return Err(self.error(format!("a name of at most {MAX_NAME} bytes"), length));
        }
        let bytes = self.take(length)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| self.error("a name in UTF-8", "other bytes"))
    }

    fn dims(&mut self) -> Result<Vec<u32>, Error> {
        let count = usize::from(self.u8()?);
        if count > MAX_DIMS {
            return Err(self.error(format!("at most {MAX_DIMS} dimensions"), count));
        }
        (0..count).map(|_| self.u32()).collect()
    }

    fn shape(&mut self) -> Result<Shape, Error> {
        Ok(Shape { rows_log: self.u32()?, cols: self.u32()? })
    }

    fn exponent(&mut self) -> Result<i32, Error> {
        self.array().map(i32::from_le_bytes)
    }

    fn graph(&mut self) -> Result<Graph, Error> {
        if self.take(4).ok() != Some(MAGIC.as_slice()) {
            return Err(self.error("a program, which starts with VRNG", "something else"));
        }
        let version = self.array().map(u16::from_le_bytes)?;
        if version != VERSION {
            return Err(self.error(format!("version {VERSION}"), format!("version {version}")));
        }
        let input = Input {
            name: self.name()?,
            dims: self.dims()?,
            shape: self.shape()?,
            exponent: self.exponent()?,
            lo: self.i64()?,
            hi: self.i64()?,
        };
        let count = self.u32()? as usize;
        if count > MAX_NODES {
            return Err(self.error(format!("at most {MAX_NODES} nodes"), count));
        }
        let nodes = (0..count).map(|_| self.node()).collect::<Result<_, _>>()?;
        Ok(Graph { input, nodes, output: self.index()?, output_dims: self.dims()? })
    }

    fn node(&mut self) -> Result<Node, Error> {
        let name = self.name()?;
        let input = self.index()?;
        let shape = self.shape()?;
        let exponent = self.exponent()?;
        let (lo, hi) = (self.i64()?, self.i64()?);
        let op = match self.u8()? {
            0 => Op::Dense(Dense { in_log: self.u32()?, weight: self.ints()?, bias: self.longs()? }),
            1 => Op::Scale(Scale { weight: self.ints()?, bias: self.longs()? }),
            2 => Op::Activation(self.activation()?),
            kind => return Err(self.error("a node kind in 0..=2", kind)),
        };
        Ok(Node { name, input, op, shape, exponent, lo, hi })
    }

    fn activation(&mut self) -> Result<Activation, Error> {
        let (shift, domain_bits, high_bits) = (self.u32()?, self.u32()?, self.u32()?);
        let table = match self.u8()? {
            0 => Table::Clamp { bits: self.u32()? },
            1 => Table::Relu { bits: self.u32()? },
            2 => Table::Values(self.ints()?),
            kind => return Err(self.error("a table kind in 0..=2", kind)),
        };
        Ok(Activation { shift, domain_bits, high_bits, table })
    }

    /// Width and bytes of a list of integers.
    fn integers(&mut self, widest: u8) -> Result<(usize, &'a [u8]), Error> {
        let count = self.index()?;
        let width = self.u8()?;
        if ![1, 2, 4, 8].contains(&width) || width > widest {
            return Err(self.error(format!("a width of 1, 2, 4 .. {widest} bytes"), width));
        }
        let length = count.checked_mul(usize::from(width)).ok_or_else(|| self.error("a list that fits", count))?;
        Ok((usize::from(width), self.take(length)?))
    }

    fn minimal(&self, stored: usize, values: impl Iterator<Item = i64>) -> Result<(), Error> {
        let needed = usize::from(width(values));
        if needed == stored {
            Ok(())
        } else {
            Err(self.error(format!("integers of {needed} bytes"), format!("{stored} bytes")))
        }
    }

    fn ints(&mut self) -> Result<Vec<i32>, Error> {
        let (width, bytes) = self.integers(4)?;
        let values: Vec<i32> = bytes.chunks_exact(width).map(|b| signed(b) as i32).collect();
        self.minimal(width, values.iter().map(|v| i64::from(*v)))?;
        Ok(values)
    }

    fn longs(&mut self) -> Result<Vec<i64>, Error> {
        let (width, bytes) = self.integers(8)?;
        let values: Vec<i64> = bytes.chunks_exact(width).map(signed).collect();
        self.minimal(width, values.iter().copied())?;
        Ok(values)
    }
}

/// Little-endian two's complement of up to 8 bytes.
fn signed(bytes: &[u8]) -> i64 {
    let fill = if bytes.last().is_some_and(|b| *b >= 0x80) { 0xff } else { 0 };
    let mut wide = [fill; 8];
    for (to, from) in wide.iter_mut().zip(bytes) {
        *to = *from;
    }
    i64::from_le_bytes(wide)
}
