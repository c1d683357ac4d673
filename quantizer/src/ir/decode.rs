//! From bytes to a program that is valid, or to an error: never a panic, never much more memory than bytes given.

use super::encode::{MAGIC, STRUCTURE_MAGIC, VERSION, width};
use super::validate::{MAX_CONSTANTS, MAX_DIMS, MAX_NAME, MAX_NODES, MAX_PARTS, MAX_TERMS};
use super::{
    Activation, Constant, Entries, Graph, Input, Link, Max, Move, Node, Op, Output, Part, Product, Shape, Source,
    Table, Term, View,
};
use crate::error::Error;
use crate::ops::MAX_LABELS;

impl Graph {
    /// Reads canonical bytes.
    ///
    /// # Errors
    /// Anything but the canonical encoding of a valid program: bytes missing or to spare, another version,
    /// integers stored wider than needed, or a program that [`Graph::validate`] refuses.
    pub fn decode(bytes: &[u8]) -> Result<Self, Error> {
        let graph = Reader { bytes, at: 0, whole: true }.all("a program, which starts with VRNG", MAGIC)?;
        graph.validate()?;
        Ok(graph)
    }
}

/// Reads the structure of a program: a graph without names, parts and exponents, whose constants have no entries, of no kind.
///
/// # Errors
/// Anything but the canonical encoding of a structure: bytes missing or to spare, another version, integers stored wider
/// than needed, or a graph that [`Graph::check_structure`] refuses.
pub fn decode_structure(bytes: &[u8]) -> Result<Graph, Error> {
    let reader = Reader { bytes, at: 0, whole: false };
    let graph = reader.all("the structure of a program, which starts with VRNS", STRUCTURE_MAGIC)?;
    graph.check_structure()?;
    Ok(graph)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Whether what structures leave out is there.
    whole: bool,
}

impl<'a> Reader<'a> {
    fn all(mut self, what: &str, magic: &[u8]) -> Result<Graph, Error> {
        if self.take(magic.len()).ok() != Some(magic) {
            self.at = 0;
            return Err(self.error(what, "something else"));
        }
        let version = self.array().map(u16::from_le_bytes)?;
        if version != VERSION {
            return Err(self.error(format!("version {VERSION}"), format!("version {version}")));
        }
        let graph = self.graph()?;
        if self.at != self.bytes.len() {
            return Err(self.error("the end", format!("{} more bytes", self.bytes.len() - self.at)));
        }
        Ok(graph)
    }

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

    fn u8(&mut self) -> Result<usize, Error> {
        self.array().map(|byte| usize::from(u8::from_le_bytes(byte)))
    }

    fn u32(&mut self) -> Result<u32, Error> {
        self.array().map(u32::from_le_bytes)
    }

    fn index(&mut self) -> Result<usize, Error> {
        self.u32().map(|index| index as usize)
    }

    fn i32(&mut self) -> Result<i32, Error> {
        self.array().map(i32::from_le_bytes)
    }

    fn i64(&mut self) -> Result<i64, Error> {
        self.array().map(i64::from_le_bytes)
    }

    /// `count` of `what`, each as `item` reads it, if they are not more than `most`.
    fn list<T>(
        &mut self,
        what: &str,
        count: usize,
        most: usize,
        item: impl Fn(&mut Self) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        if count > most {
            return Err(self.error(format!("at most {most} {what}"), count));
        }
        (0..count).map(|_| item(self)).collect()
    }

    fn name(&mut self) -> Result<String, Error> {
        if !self.whole {
            return Ok(String::new());
        }
        let length = usize::from(self.array().map(u16::from_le_bytes)?);
        if length > MAX_NAME {
            return Err(self.error(format!("a name of at most {MAX_NAME} bytes"), length));
        }
        let bytes = self.take(length)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| self.error("a name in UTF-8", "other bytes"))
    }

    fn dims(&mut self) -> Result<Vec<u32>, Error> {
        let rank = self.u8()?;
        self.list("dimensions", rank, MAX_DIMS, Self::u32)
    }

    fn shape(&mut self) -> Result<Shape, Error> {
        self.dims().map(Shape::new)
    }

    fn graph(&mut self) -> Result<Graph, Error> {
        let input = Input { shape: self.shape()?, lo: self.i64()?, hi: self.i64()?, parts: self.parts()? };
        let count = self.index()?;
        let constants = self.list("constants", count, MAX_CONSTANTS, Self::constant)?;
        let count = self.index()?;
        let nodes = self.list("nodes", count, MAX_NODES, Self::node)?;
        let output = Output { tensor: self.index()?, parts: self.parts()? };
        Ok(Graph { input, constants, nodes, output })
    }

    fn parts(&mut self) -> Result<Vec<Part>, Error> {
        if !self.whole {
            return Ok(Vec::new());
        }
        let count = self.index()?;
        self.list("parts", count, MAX_PARTS, |reader| {
            Ok(Part { name: reader.name()?, dims: reader.dims()?, exponent: reader.i32()? })
        })
    }

    fn constant(&mut self) -> Result<Constant, Error> {
        let (name, shape) = (self.name()?, self.shape()?);
        if !self.whole {
            let declared = Some(self.u8()? as u32).filter(|bits| *bits > 0);
            return Ok(Constant { name, shape, declared, entries: Entries::Narrow(Vec::new()) });
        }
        let kind = self.u8()?;
        if kind > 3 {
            return Err(self.error("a kind of entries in 0..=3", kind));
        }
        let declared = if kind < 2 { None } else { Some(self.u8()? as u32) };
        let entries = match kind % 2 {
            0 => Entries::Narrow(self.ints()?),
            _ => Entries::Wide(self.longs()?),
        };
        Ok(Constant { name, shape, declared, entries })
    }

    fn node(&mut self) -> Result<Node, Error> {
        let (name, shape) = (self.name()?, self.shape()?);
        let exponent = if self.whole { self.i32()? } else { 0 };
        let (lo, hi) = (self.i64()?, self.i64()?);
        let op = match self.u8()? {
            0 => {
                let count = self.index()?;
                Op::Sum(self.list("terms", count, MAX_TERMS, Self::term)?)
            }
            1 => Op::Activation(self.activation()?),
            2 => Op::Copy { input: self.index()? },
            3 => Op::Max(Max { left: self.moved()?, right: self.moved()?, domain_bits: self.u32()? }),
            kind => return Err(self.error("a node kind in 0..=3", kind)),
        };
        Ok(Node { name, op, shape, exponent, lo, hi })
    }

    fn activation(&mut self) -> Result<Activation, Error> {
        let input = self.index()?;
        let (shift, domain_bits, high_bits) = (self.u32()?, self.u32()?, self.u32()?);
        let table = match self.u8()? {
            0 => Table::Clamp { bits: self.u32()? },
            1 => Table::Relu { bits: self.u32()? },
            2 => Table::Values(self.ints()?),
            kind => return Err(self.error("a table kind in 0..=2", kind)),
        };
        Ok(Activation { input, shift, domain_bits, high_bits, table })
    }

    fn term(&mut self) -> Result<Term<i64>, Error> {
        match self.u8()? {
            0 => self.moved().map(Term::Move),
            1 => {
                let (coefficient, sums) = (self.i64()?, self.dims()?);
                Ok(Term::Product(Product { coefficient, sums, left: self.view()?, right: self.view()? }))
            }
            kind => Err(self.error("a term kind in 0..=1", kind)),
        }
    }

    fn moved(&mut self) -> Result<Move<i64>, Error> {
        Ok(Move { coefficient: self.i64()?, view: self.view()? })
    }

    fn view(&mut self) -> Result<View, Error> {
        let kind = self.u8()?;
        let index = self.index()?;
        let source = match kind {
            0 => Source::Tensor(index),
            1 => Source::Constant(index),
            kind => return Err(self.error("a source kind in 0..=1", kind)),
        };
        let count = self.u8()?;
        // Each link has a label of its own, or an axis.
        Ok(View { source, links: self.list("links", count, MAX_LABELS + MAX_DIMS, Self::link)? })
    }

    fn link(&mut self) -> Result<Link, Error> {
        match self.u8()? {
            0 => {
                let count = self.u8()?;
                let labels = self.list("labels", count, MAX_LABELS, |reader| Ok((reader.u8()?, reader.i32()?)))?;
                let count = self.u8()?;
                let windows = self.list("windows", count, MAX_DIMS, |reader| Ok((reader.u32()?, reader.i32()?)))?;
                let count = self.u8()?;
                let axes = self.list("axes", count, MAX_DIMS, Self::u8)?;
                Ok(Link::Affine { labels, windows, axes, offset: self.i32()? })
            }
            1 => {
                let (label, axis, count) = (self.u8()?, self.u8()?, self.index()?);
                let entry = |reader: &mut Self| reader.u32().map(|entry| entry.checked_sub(1));
                Ok(Link::Table { label, axis, index: self.list("entries", count, usize::MAX, entry)? })
            }
            kind => Err(self.error("a link kind in 0..=1", kind)),
        }
    }

    /// Width and bytes of a list of integers.
    fn integers(&mut self, widest: u8) -> Result<(usize, &'a [u8]), Error> {
        let count = self.array().map(u64::from_le_bytes)?;
        let width = self.u8()?;
        if ![1, 2, 4, 8].contains(&width) || width > usize::from(widest) {
            return Err(self.error(format!("a width of 1, 2, 4 .. {widest} bytes"), width));
        }
        let length = usize::try_from(count).ok().and_then(|count| count.checked_mul(width));
        let length = length.ok_or_else(|| self.error("a list that fits", count))?;
        Ok((width, self.take(length)?))
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

/// Little-endian two's complement of 1, 2, 4 or 8 bytes.
fn signed(bytes: &[u8]) -> i64 {
    match *bytes {
        [a] => i8::from_le_bytes([a]).into(),
        [a, b] => i16::from_le_bytes([a, b]).into(),
        [a, b, c, d] => i32::from_le_bytes([a, b, c, d]).into(),
        [a, b, c, d, e, f, g, h] => i64::from_le_bytes([a, b, c, d, e, f, g, h]),
        _ => 0,
    }
}
