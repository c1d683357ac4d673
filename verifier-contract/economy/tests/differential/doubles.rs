//! What stands around the contracts: a seal verifier that accepts everything, a contract that is called back, and a switch in
//! front of a token. All are a few instructions, and what they do is stored under the last key of their storage; 32 bytes
//! of calldata, which no ABI call has, set it.

use alloy::primitives::{Address, Bytes};

/// Accepts every seal: proofs have tests of their own.
pub const ACCEPTS: &[u8] = &[0x00];

const PUSH1: u8 = 0x60;
const JUMPI: u8 = 0x57;
const JUMPDEST: u8 = 0x5b;
/// `if calldatasize == 32 goto SET`
const IS_SWITCH: &[u8] = &[0x36, PUSH1, 0x20, 0x14];
/// `sload(~0)`
const MODE: &[u8] = &[0x5f, 0x19, 0x54];
/// `sstore(~0, calldataload(0)); stop`
const SET: &[u8] = &[JUMPDEST, 0x5f, 0x35, 0x5f, 0x19, 0x55, 0x00];
/// `revert(0, 0)`
const REVERT: &[u8] = &[JUMPDEST, 0x5f, 0x5f, 0xfd];

/// Code with jumps to places that come later.
#[derive(Default)]
struct Code {
    bytes: Vec<u8>,
    jumps: Vec<(usize, &'static str)>,
    places: Vec<(&'static str, usize)>,
}

impl Code {
    fn put(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    fn jump_if(mut self, place: &'static str) -> Self {
        self.jumps.push((self.bytes.len() + 1, place));
        self.put(&[PUSH1, 0, JUMPI])
    }

    fn place(mut self, place: &'static str, bytes: &[u8]) -> Self {
        self.places.push((place, self.bytes.len()));
        self.put(bytes)
    }

    fn done(mut self) -> Bytes {
        for (at, place) in self.jumps {
            let (_, to) = self.places.iter().find(|(name, _)| *name == place).expect("a place");
            self.bytes[at] = u8::try_from(*to).expect("short code");
        }
        self.bytes.into()
    }
}

/// Reverts when it is called while its switch is on.
pub fn listener() -> Bytes {
    Code::default()
        .put(IS_SWITCH)
        .jump_if("set")
        .put(MODE)
        .jump_if("revert")
        .put(&[0x00])
        .place("revert", REVERT)
        .place("set", SET)
        .done()
}

/// Runs `token` on its own storage, unless its switch says: 1, nothing moves; 2, nothing works but `transferFrom`.
pub fn switch(token: Address) -> Bytes {
    Code::default()
        .put(IS_SWITCH)
        .jump_if("set")
        .put(MODE)
        .put(&[0x80, 0x15])
        .jump_if("run")
        .put(&[PUSH1, 2, 0x14])
        .jump_if("mute")
        // `transfer` or `transferFrom`
        .put(&[0x5f, 0x35, PUSH1, 0xe0, 0x1c, 0x80, 0x63, 0xa9, 0x05, 0x9c, 0xbb, 0x14])
        .jump_if("revert")
        .put(&[0x63, 0x23, 0xb8, 0x72, 0xdd, 0x14])
        .jump_if("revert")
        .place("run", &[JUMPDEST, 0x36, 0x5f, 0x5f, 0x37, 0x5f, 0x5f, 0x36, 0x5f, 0x73])
        .put(token.as_slice())
        .put(&[0x5a, 0xf4, 0x3d, 0x5f, 0x5f, 0x3e])
        .jump_if("return")
        .put(&[0x3d, 0x5f, 0xfd])
        .place("return", &[JUMPDEST, 0x3d, 0x5f, 0xf3])
        // `transferFrom`, or nothing
        .place("mute", &[JUMPDEST, 0x5f, 0x35, PUSH1, 0xe0, 0x1c, 0x63, 0x23, 0xb8, 0x72, 0xdd, 0x14])
        .jump_if("run")
        .place("revert", REVERT)
        .place("set", SET)
        .done()
}
