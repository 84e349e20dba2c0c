//! What the policy asks of a run beside its findings: how much was compared, and how sure it is.

use super::Analysis;
use super::packages::PackageFindings;
use super::wording::count;

impl Analysis {
    /// Where the policy asks for more than was compared, or allows less doubt than there is, nothing can be said.
    pub(super) fn judge_policy(&mut self, packages: &PackageFindings) {
        let policy = self.config.policy.clone();
        for name in &policy.required {
            let has_packages = packages.packages.summary.contains_key(name);
            if self.tally.of_candidate(name).0 == 0 && !has_packages {
                let message = format!("`{name}` was not compared, and the policy requires it");
                self.blame(Some(name), 5, message, Some("see `[policy] required`"));
            }
        }
        let (compared, noise) = (self.tally.fully_compared(), self.tally.noise_places());
        if compared < policy.min_cases {
            let message = format!(
                "{} compared, and the policy requires {}",
                count(compared, "case was", "cases were"),
                policy.min_cases
            );
            self.blame(None, 5, message, Some("see `[policy] min-cases`, and what was selected"));
        }
        if let Some(most) = policy.max_noise.filter(|most| noise > *most) {
            let message = format!(
                "{} learned as noise, and the policy allows {most}",
                count(noise, "place was", "places were")
            );
            self.blame(None, 5, message, Some("`parity noise` lists them; a rule says what is meant"));
        }
        let flaky = self.tally.flaky_cases();
        if let Some(most) = policy.max_flaky.filter(|most| flaky > *most) {
            let message = format!(
                "{} answered on a later attempt only, and the policy allows {most}",
                count(flaky, "case was", "cases were")
            );
            self.blame(None, 5, message, Some("the report lists what was wrong with the first attempts"));
        }
    }
}
