//! A build's context as a tar file: what `.dockerignore` leaves, in a fixed order.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::Path;

use super::ignore::Ignore;

/// Writes the context to a temporary file that is gone when it is closed. Dockerfile and `.dockerignore` go
/// along in any case: the engine wants them.
pub(crate) fn pack(context: &Path, dockerfile: &str) -> io::Result<File> {
    let ignore = match fs::read_to_string(context.join(".dockerignore")) {
        Ok(text) => Ignore::parse(&text),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ignore::default(),
        Err(e) => return Err(about(&context.join(".dockerignore"), &e)),
    };
    let mut builder = tar::Builder::new(BufWriter::new(tempfile::tempfile()?));
    builder.follow_symlinks(false);
    let packing = Packing { context, ignore, always: [dockerfile, ".dockerignore"] };
    packing.folder(&mut builder, "")?;
    let file = builder.into_inner()?.into_inner().map_err(io::IntoInnerError::into_error)?;
    io::Seek::rewind(&mut &file)?;
    Ok(file)
}

struct Packing<'a> {
    context: &'a Path,
    ignore: Ignore,
    always: [&'a str; 2],
}

impl Packing<'_> {
    fn folder(&self, builder: &mut tar::Builder<BufWriter<File>>, folder: &str) -> io::Result<()> {
        let path = self.context.join(folder);
        let entries: io::Result<Vec<_>> =
            fs::read_dir(&path).map_err(|e| about(&path, &e))?.map(|entry| Ok(entry?.file_name())).collect();
        let mut names = entries.map_err(|e| about(&path, &e))?;
        names.sort();
        for name in names {
            let name = name.into_string().map_err(|name| {
                io::Error::new(io::ErrorKind::InvalidData, format!("`{}` is not UTF-8", name.display()))
            })?;
            let inner = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            self.entry(builder, &inner)?;
        }
        Ok(())
    }

    fn entry(&self, builder: &mut tar::Builder<BufWriter<File>>, inner: &str) -> io::Result<()> {
        let path = self.context.join(inner);
        let metadata = path.symlink_metadata().map_err(|e| about(&path, &e))?;
        let kept = self.always.contains(&inner) || !self.ignore.excludes(inner);
        if metadata.is_dir() {
            if kept {
                append(builder, &path, inner)?;
            }
            let holds_kept = self.always.iter().any(|always| always.starts_with(&format!("{inner}/")));
            if kept || holds_kept || self.ignore.has_exceptions() {
                self.folder(builder, inner)?;
            }
        } else if kept && (metadata.is_file() || metadata.is_symlink()) {
            append(builder, &path, inner)?;
        }
        Ok(())
    }
}

/// As the docker client does: owned by root, mode and time as they are.
fn append(builder: &mut tar::Builder<BufWriter<File>>, path: &Path, inner: &str) -> io::Result<()> {
    let metadata = path.symlink_metadata().map_err(|e| about(path, &e))?;
    let mut header = tar::Header::new_gnu();
    header.set_metadata(&metadata);
    header.set_uid(0);
    header.set_gid(0);
    if metadata.is_symlink() {
        let target = fs::read_link(path).map_err(|e| about(path, &e))?;
        header.set_size(0);
        builder.append_link(&mut header, inner, target)
    } else if metadata.is_dir() {
        header.set_size(0);
        builder.append_data(&mut header, format!("{inner}/"), io::empty())
    } else {
        let file = File::open(path).map_err(|e| about(path, &e))?;
        builder.append_data(&mut header, inner, file)
    }
}

fn about(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("`{}`: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_context_holds_what_is_not_ignored() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("created");
            fs::write(path, text).expect("written");
        };
        write("ci/Dockerfile", "FROM scratch");
        write(".dockerignore", "ci\n.dockerignore\nlogs\n!logs/keep\n");
        write("app.rb", "puts 1");
        write("logs/a", "1");
        write("logs/keep", "2");
        std::os::unix::fs::symlink("app.rb", folder.path().join("link")).expect("linked");
        let packed = pack(folder.path(), "ci/Dockerfile").expect("packed");
        let mut archive = tar::Archive::new(packed);
        let names: Vec<String> = archive
            .entries()
            .expect("a tar")
            .map(|entry| {
                let entry = entry.expect("an entry");
                assert_eq!((entry.header().uid().ok(), entry.header().gid().ok()), (Some(0), Some(0)));
                entry.path().expect("a path").to_string_lossy().into_owned()
            })
            .collect();
        assert_eq!(names, [".dockerignore", "app.rb", "ci/Dockerfile", "link", "logs/keep"]);
    }
}
