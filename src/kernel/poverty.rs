//! Poverty measures over a group of people.

/// Foster-Greer-Thorbecke measures.
///
/// Foster, Greer & Thorbecke, «A Class of Decomposable Poverty Measures», Econometrica 52 (1984).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Fgt {
    /// P0, the share of poor people, 0 to 1.
    pub headcount: f64,
    /// P1, the mean shortfall as a share of the line.
    pub gap: f64,
    /// P2, the mean squared shortfall.
    pub severity: f64,
}

/// FGT measures of incomes (any unit, the line in the same) over everybody given; `None` for nobody or a line that is
/// not positive. Whoever has an income equal to the line is not poor; a negative income counts as none.
pub fn fgt(incomes: &[i128], line: i128) -> Option<Fgt> {
    if incomes.is_empty() || line <= 0 {
        return None;
    }
    let mut sums = Fgt::default();
    for income in incomes.iter().filter(|income| **income < line) {
        let shortfall = (line - (*income).max(0)) as f64 / line as f64;
        sums.headcount += 1.0;
        sums.gap += shortfall;
        sums.severity += shortfall * shortfall;
    }
    let n = incomes.len() as f64;
    Some(Fgt { headcount: sums.headcount / n, gap: sums.gap / n, severity: sums.severity / n })
}

/// Alkire-Foster multidimensional poverty.
///
/// Alkire & Foster, «Counting and Multidimensional Poverty Measurement», Journal of Public Economics 95 (2011).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AlkireFoster {
    /// H, the share of people deprived in at least the cut-off.
    pub incidence: f64,
    /// A, the mean share of deprivations among them.
    pub intensity: f64,
    /// M0 = H × A.
    pub adjusted: f64,
}

/// Measures over people given by their deprivation score (the summed weights of what they lack, 0 to 1); whoever
/// reaches `cutoff` is poor. `None` for nobody.
pub fn alkire_foster(scores: &[f64], cutoff: f64) -> Option<AlkireFoster> {
    if scores.is_empty() {
        return None;
    }
    // A score summed from sevenths may fall a hair short of a cut-off of three sevenths.
    let poor: Vec<f64> = scores.iter().copied().filter(|score| *score > 0.0 && *score >= cutoff - 1e-9).collect();
    let n = scores.len() as f64;
    let incidence = poor.len() as f64 / n;
    let adjusted = poor.iter().sum::<f64>() / n;
    let intensity = if poor.is_empty() { 0.0 } else { adjusted / incidence };
    Some(AlkireFoster { incidence, intensity, adjusted })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fgt_by_hand() {
        // Shortfalls of a line of 100: 0.5, 0.2, none, none.
        let found = fgt(&[50, 80, 100, 200], 100).expect("people");
        assert!((found.headcount - 0.5).abs() < 1e-12);
        assert!((found.gap - 0.175).abs() < 1e-12);
        assert!((found.severity - (0.25 + 0.04) / 4.0).abs() < 1e-12);
        assert_eq!(fgt(&[], 100), None);
        assert_eq!(fgt(&[1], 0), None);
    }

    #[test]
    fn alkire_foster_worked_example() {
        // Four people, four equally weighted dimensions, k = 2: deprived in 0, 2, 4 and 1 of them
        // (Alkire & Foster 2011, section 6: H = 1/2, A = 3/4, M0 = 3/8).
        let found = alkire_foster(&[0.0, 0.5, 1.0, 0.25], 0.5).expect("people");
        assert_eq!((found.incidence, found.intensity, found.adjusted), (0.5, 0.75, 0.375));
        assert_eq!(alkire_foster(&[], 0.5), None);
        assert_eq!(alkire_foster(&[0.0], 0.5).map(|found| found.intensity), Some(0.0));
    }
}
