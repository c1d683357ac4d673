//! Where the elements of a resized axis lie on the axis that it is made of, and which share of whose elements they are.

/// What an element between others is made of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kernel {
    /// The two next to it, by distance.
    Linear,
    /// The four around it, by the cubic with this slope.
    Cubic {
        /// `cubic_coeff_a`
        a: f64,
    },
}

impl Kernel {
    /// Distance from which on nothing has a share.
    fn reach(self) -> f64 {
        match self {
            Kernel::Linear => 1.0,
            Kernel::Cubic { .. } => 2.0,
        }
    }

    /// Share of an element at a distance within the reach.
    fn share(self, distance: f64) -> f64 {
        let x = distance.abs();
        match self {
            Kernel::Linear => f64::max(1.0 - x, 0.0),
            Kernel::Cubic { a } if x <= 1.0 => ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0,
            Kernel::Cubic { a } if x < 2.0 => ((a * x - 5.0 * a) * x + 8.0 * a) * x - 4.0 * a,
            Kernel::Cubic { .. } => 0.0,
        }
    }
}

/// How elements between others are made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filter {
    pub(super) kernel: Kernel,
    /// Where elements become fewer, each is made of more, so that none is passed over.
    pub(super) antialias: bool,
    /// What lies outside has no share; else it equals the element at the border.
    pub(super) exclude_outside: bool,
}

impl Filter {
    /// Shares of `n` elements in one at `position`, where the axis is scaled by `scale`.
    pub(super) fn shares(&self, position: f64, n: u32, scale: f64) -> Vec<f64> {
        let squeeze = if self.antialias { scale.min(1.0) } else { 1.0 };
        let reach = self.kernel.reach() / squeeze;
        let mut shares = vec![0.0; n as usize];
        let (first, last) = ((position - reach).floor(), (position + reach).ceil());
        let mut total = 0.0;
        for step in 0..=(last - first) as u64 {
            let at = first + step as f64;
            let share = self.kernel.share((at - position) * squeeze);
            if self.exclude_outside && !(0.0..f64::from(n)).contains(&at) {
                continue;
            }
            total += share;
            if let Some(slot) = shares.get_mut(at.clamp(0.0, f64::from(n.saturating_sub(1))) as usize) {
                *slot += share;
            }
        }
        // Without either, shares add up to 1 as they are.
        if (self.antialias || self.exclude_outside) && total != 0.0 {
            shares.iter_mut().for_each(|share| *share /= total);
        }
        shares
    }
}

/// One axis: `n` elements become `to`, by `scale`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Axis {
    pub(super) n: u32,
    pub(super) to: u32,
    pub(super) scale: f64,
    /// Start and end of what is cropped, as fractions of the axis.
    pub(super) crop: (f64, f64),
}

impl Axis {
    /// Where element `i` lies, by a `coordinate_transformation_mode`; `None` where there is no such mode.
    pub(super) fn position(&self, i: u32, coordinates: &str) -> Option<f64> {
        let (i, n, to, scale) = (f64::from(i), f64::from(self.n), f64::from(self.to), self.scale);
        Some(match coordinates {
            "half_pixel" => (i + 0.5) / scale - 0.5,
            "half_pixel_symmetric" => {
                let adjustment = to / (scale * n);
                n / 2.0 * (1.0 - adjustment) + (i + 0.5) / scale - 0.5
            }
            "pytorch_half_pixel" if to > 1.0 => (i + 0.5) / scale - 0.5,
            "align_corners" if to > 1.0 => i * (n - 1.0) / (to - 1.0),
            "pytorch_half_pixel" | "align_corners" => 0.0,
            "asymmetric" => i / scale,
            "tf_crop_and_resize" => {
                let (start, end) = self.crop;
                let middle = if to > 1.0 { i / (to - 1.0) } else { 0.5 };
                (start + (end - start) * middle) * (n - 1.0)
            }
            _ => return None,
        })
    }
}

/// The element that a position takes, by a `nearest_mode`; `None` where there is no such mode.
pub(super) fn nearest(position: f64, mode: &str) -> Option<f64> {
    Some(match mode {
        "round_prefer_floor" => (position - 0.5).ceil(),
        "round_prefer_ceil" => (position + 0.5).floor(),
        "floor" => position.floor(),
        "ceil" => position.ceil(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_add_up_to_one() {
        for kernel in [Kernel::Linear, Kernel::Cubic { a: -0.75 }] {
            for (antialias, exclude_outside) in [(false, false), (true, false), (false, true), (true, true)] {
                let filter = Filter { kernel, antialias, exclude_outside };
                for position in [-0.4, 0.0, 0.3, 2.0, 3.9, 4.2] {
                    let sum: f64 = filter.shares(position, 5, 0.4).iter().sum();
                    assert!((sum - 1.0).abs() < 1e-12, "{filter:?} {position}: {sum}");
                }
            }
        }
        let filter = Filter { kernel: Kernel::Linear, antialias: false, exclude_outside: false };
        assert_eq!(filter.shares(1.25, 4, 2.0), [0.0, 0.75, 0.25, 0.0]);
        assert_eq!(filter.shares(-0.25, 4, 2.0), [1.0, 0.0, 0.0, 0.0]);
    }
}
