//! What an import gives.

/// Files to write, and what they lack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// The files, none with a name that another one has.
    pub files: Vec<NamedFile>,
    /// What is not in them, in the order of the source.
    pub left_out: Vec<LeftOut>,
    /// Variables that must be given a value before the files can run.
    pub variables: Vec<Variable>,
}

/// A file by its name, without folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedFile {
    /// `pets.hurl`.
    pub name: String,
    /// Its text.
    pub text: String,
    /// Requests in it; none in a file of variables.
    pub entries: usize,
}

/// Something that is not in the files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// `GET /pets`, a script, a header.
    pub subject: String,
    /// Why, in a few words.
    pub reason: String,
    /// What of it is lost.
    pub loss: Loss,
}

/// How much is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// A whole request that could not be converted.
    Request,
    /// A part of a request, which is there without it.
    Part,
    /// A whole request that is no part of a contract: an image, another host.
    Meant,
}

/// A variable without a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// What to give it.
    pub about: String,
    /// It holds a secret.
    pub secret: bool,
}

impl Imported {
    /// Leaves a whole request out.
    pub(crate) fn omit(&mut self, subject: impl Into<String>, reason: impl Into<String>, loss: Loss) {
        self.left_out.push(LeftOut { subject: subject.into(), reason: reason.into(), loss });
    }

    /// Asks for a variable, once.
    pub(crate) fn want(&mut self, variable: Variable) {
        if !self.variables.iter().any(|known| known.name == variable.name) {
            self.variables.push(variable);
        }
    }

    /// Whether something could not be converted, beyond what is no part of a contract.
    pub fn is_partial(&self) -> bool {
        self.left_out.iter().any(|left_out| left_out.loss != Loss::Meant)
    }
}
