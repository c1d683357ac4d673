//! Calldata from the ABI's types: legal values at their limits, known to the network or not, and encodings that are broken.

use alloy::dyn_abi::{DynSolType, DynSolValue};
use alloy::primitives::{Address, B256, Bytes, I256, U256, keccak256};
use rand::Rng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// Words that are broken one by one: what is behind them is data.
const WORDS: usize = 24;
/// Longer than any limit of a batch.
const LONG: usize = 300;

/// Values that the network knows, besides those at the limits of their types.
#[derive(Default)]
pub struct Known {
    pub addresses: Vec<Address>,
    pub words: Vec<B256>,
    pub numbers: Vec<U256>,
    pub bytes: Vec<Bytes>,
    /// Whole structs.
    pub structs: Vec<DynSolValue>,
}

/// What every value of an argument list is.
#[derive(Clone, Copy)]
enum Fill {
    Zeros { length: usize },
    Ones { length: usize },
    Known,
    Random,
}

/// Whether Solidity's decoder takes `data` as it is: the one encoding of legal values, and perhaps more behind it.
pub fn is_legal(types: &DynSolType, data: &[u8]) -> bool {
    let Some(arguments) = data.get(4..) else { return false };
    types
        .abi_decode_params(arguments)
        .is_ok_and(|values| fits(&values) && arguments.starts_with(&values.abi_encode_params()))
}

/// Whether there are no bits beyond a type's.
fn fits(value: &DynSolValue) -> bool {
    match value {
        DynSolValue::Uint(number, bits) => number.bit_len() <= *bits,
        DynSolValue::Int(number, bits) => number.asr(bits - 1) == I256::ZERO || number.asr(bits - 1) == I256::MINUS_ONE,
        DynSolValue::FixedBytes(word, size) => word[*size..].iter().all(|byte| *byte == 0),
        DynSolValue::Array(values) | DynSolValue::FixedArray(values) | DynSolValue::Tuple(values) => {
            values.iter().all(fits)
        }
        _ => true,
    }
}

/// Calldata of one function.
pub struct Arguments<'a> {
    pub known: &'a Known,
    pub types: DynSolType,
    pub selector: [u8; 4],
    /// What is called.
    pub target: Address,
    pub rng: ChaCha8Rng,
}

impl Arguments<'_> {
    /// Legal values at the limits of their types; arrays without elements, of one value twice, and long.
    pub fn limits(&mut self) -> Vec<Bytes> {
        let lengths = [0, 1, 2, LONG];
        let fills = lengths.into_iter().flat_map(|length| [Fill::Zeros { length }, Fill::Ones { length }]);
        fills.map(|fill| self.calldata(fill)).collect()
    }

    /// Legal values that the network mostly knows: own addresses, jobs in every stage, ids of nothing.
    pub fn known(&mut self) -> Bytes {
        self.calldata(Fill::Known)
    }

    /// Encodings cut short, with dirty bits, with offsets and lengths of the size of the sea, with a few other bytes.
    pub fn broken(&mut self, mutations: usize) -> Vec<Bytes> {
        let whole = self.known().to_vec();
        let mut all = vec![whole[..4].to_vec(), [&whole[..], &[0xff; 33]].concat()];
        for end in (4..whole.len()).step_by(32).take(2 * WORDS).chain([whole.len()]) {
            all.extend([whole[..end].to_vec(), whole[..end - 1].to_vec()]);
        }
        for start in (4..whole.len()).step_by(32).take(WORDS) {
            let word = start..(start + 32).min(whole.len());
            let number = |value: U256| value.to_be_bytes::<32>();
            let dirty = U256::from_be_slice(&whole[word.clone()]) | U256::from(1) << 255;
            let just_over = U256::from(whole.len());
            for value in [dirty, U256::MAX, U256::from(u64::MAX), U256::from(1) << 64, U256::from(1) << 32, just_over] {
                let mut data = whole.clone();
                data[word.clone()].copy_from_slice(&number(value)[..word.len()]);
                all.push(data);
            }
        }
        for _ in 0..mutations {
            let mut data = self.known().to_vec();
            for _ in 0..self.rng.gen_range(1..=3) {
                if data.len() > 4 {
                    let at = self.rng.gen_range(4..data.len());
                    data[at] = self.rng.r#gen();
                }
            }
            all.push(data);
        }
        all.into_iter().map(Bytes::from).collect()
    }

    fn calldata(&mut self, fill: Fill) -> Bytes {
        let types = self.types.clone();
        let DynSolType::Tuple(parameters) = types else { unreachable!("parameters") };
        let values = parameters.iter().map(|parameter| self.value(parameter, fill)).collect();
        [&self.selector[..], &DynSolValue::Tuple(values).abi_encode_params()].concat().into()
    }

    fn value(&mut self, of: &DynSolType, fill: Fill) -> DynSolValue {
        // Most of what is known, so that calls get past their first check, and some of everything else.
        let fill = match fill {
            Fill::Known => match self.rng.gen_range(0..20) {
                0 => Fill::Zeros { length: 0 },
                1 => Fill::Ones { length: 2 },
                2 => Fill::Random,
                _ => Fill::Known,
            },
            other => other,
        };
        match of {
            DynSolType::Bool => DynSolValue::Bool(match fill {
                Fill::Zeros { .. } => false,
                Fill::Ones { .. } => true,
                Fill::Known | Fill::Random => self.rng.r#gen(),
            }),
            DynSolType::Uint(bits) => DynSolValue::Uint(self.number(fill) & (U256::MAX >> (256 - bits)), *bits),
            DynSolType::Int(bits) => {
                // Sign and size from the upper bits.
                DynSolValue::Int(I256::from_raw(self.number(fill)).asr(256 - bits), *bits)
            }
            DynSolType::Address => DynSolValue::Address(self.address(fill)),
            DynSolType::FixedBytes(size) => {
                let mut word = self.word(fill);
                word[*size..].fill(0);
                DynSolValue::FixedBytes(word, *size)
            }
            DynSolType::Bytes => DynSolValue::Bytes(self.bytes(fill).to_vec()),
            DynSolType::String => {
                DynSolValue::String(self.bytes(fill).iter().map(|byte| char::from(byte & 0x7f)).collect())
            }
            DynSolType::Array(element) => {
                let length = match fill {
                    Fill::Zeros { length } | Fill::Ones { length } => length,
                    Fill::Known | Fill::Random => *[0, 1, 1, 2, 3, 33].choose(&mut self.rng).expect("lengths"),
                };
                let mut values: Vec<_> = (0..length).map(|_| self.value(element, fill)).collect();
                if length > 1 && self.rng.r#gen() {
                    values[1] = values[0].clone();
                }
                DynSolValue::Array(values)
            }
            DynSolType::FixedArray(element, length) => {
                DynSolValue::FixedArray((0..*length).map(|_| self.value(element, fill)).collect())
            }
            DynSolType::Tuple(members) => self.members(of, members, fill),
            DynSolType::Function => unreachable!("no parameter is one"),
        }
    }

    /// A struct: a known one with at most one other member, or any.
    fn members(&mut self, of: &DynSolType, members: &[DynSolType], fill: Fill) -> DynSolValue {
        let known: Vec<_> = self.known.structs.iter().filter(|value| of.matches(value)).collect();
        if let (Fill::Known, Some(DynSolValue::Tuple(values))) = (fill, known.choose(&mut self.rng)) {
            let mut values = values.clone();
            if self.rng.r#gen() {
                let at = self.rng.gen_range(0..members.len());
                values[at] = self.value(&members[at], fill);
            }
            return DynSolValue::Tuple(values);
        }
        DynSolValue::Tuple(members.iter().map(|member| self.value(member, fill)).collect())
    }

    fn number(&mut self, fill: Fill) -> U256 {
        match fill {
            Fill::Zeros { .. } => U256::ZERO,
            Fill::Ones { .. } => U256::MAX,
            Fill::Known => *self.known.numbers.choose(&mut self.rng).expect("numbers"),
            Fill::Random => U256::from_be_bytes(self.rng.r#gen::<[u8; 32]>()) >> self.rng.gen_range(0..256),
        }
    }

    fn address(&mut self, fill: Fill) -> Address {
        match fill {
            Fill::Zeros { .. } => Address::ZERO,
            Fill::Ones { .. } => Address::repeat_byte(0xff),
            Fill::Known if self.rng.gen_ratio(1, 8) => self.target,
            Fill::Known => *self.known.addresses.choose(&mut self.rng).expect("addresses"),
            Fill::Random => Address::from(self.rng.r#gen::<[u8; 20]>()),
        }
    }

    fn word(&mut self, fill: Fill) -> B256 {
        match fill {
            Fill::Zeros { .. } => B256::ZERO,
            Fill::Ones { .. } => B256::repeat_byte(0xff),
            Fill::Known => *self.known.words.choose(&mut self.rng).expect("words"),
            Fill::Random => keccak256(self.rng.r#gen::<[u8; 8]>()),
        }
    }

    fn bytes(&mut self, fill: Fill) -> Bytes {
        match fill {
            Fill::Zeros { length } => vec![0; length].into(),
            Fill::Ones { length } => vec![0xff; length].into(),
            Fill::Known => self.known.bytes.choose(&mut self.rng).expect("bytes").clone(),
            Fill::Random => (0..self.rng.gen_range(0..200)).map(|_| self.rng.r#gen::<u8>()).collect(),
        }
    }
}
