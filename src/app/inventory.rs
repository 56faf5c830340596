//! Reads the files that `--inventory` names.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use crate::app::verbs::backtest::is_report;
use crate::app::verbs::note;
use crate::app::{Args, Error};
use crate::engine::config::Settings;
use crate::local::inventory::{Recorded, Source};
use crate::local::layout::{Layout, day_of, layout};
use crate::local::{decode, packed};

/// The files that `--inventory` names.
pub(super) struct Gathered {
    /// Whether each batch is to be judged at its own instant. Otherwise there is one.
    pub(super) is_backtest: bool,
    /// The files that are one inventory.
    pub(super) batches: Vec<Batch>,
}

/// Files that are one inventory.
pub(super) struct Batch {
    pub(super) name: String,
    /// The day in the names of the files, where they do not say when they were taken.
    pub(super) day: Option<NaiveDate>,
    pub(super) files: Vec<Source>,
}

/// The saved inventory that the arguments name, if they do.
pub(super) fn inventory(args: &Args, settings: &Settings) -> Result<Option<Recorded>, Error> {
    match gathered(args, settings)? {
        None => Ok(None),
        Some(Gathered { is_backtest: true, .. }) => {
            let why = "a backtest is for `plan`; name one of the folder's files with `--inventory`";
            Err(Error::Usage(why.to_owned()))
        }
        Some(gathered) => gathered.recorded(settings).map(Some),
    }
}

impl Gathered {
    /// All the files as one inventory.
    pub(super) fn recorded(self, settings: &Settings) -> Result<Recorded, Error> {
        let files: Vec<Source> = self.batches.into_iter().flat_map(|batch| batch.files).collect();
        recorded(&files, settings)
    }
}

/// Reads an inventory, and says what is to be known of its files.
pub(super) fn recorded(files: &[Source], settings: &Settings) -> Result<Recorded, Error> {
    let recorded = Recorded::read(files, settings)?;
    recorded.notes.iter().for_each(|text| note(&format!("note: {text}")));
    Ok(recorded)
}

/// Reads the files that the arguments name. A folder is read whole.
pub(super) fn gathered(args: &Args, settings: &Settings) -> Result<Option<Gathered>, Error> {
    let paths = &args.inventory;
    if paths.iter().filter(|path| *path == Path::new("-")).count() > 1 {
        return Err(Error::Usage("`--inventory -` is given twice; standard input can be read once".to_owned()));
    }
    let mut files = Vec::new();
    for path in paths {
        if !path.is_dir() {
            files.push(source(path)?);
            continue;
        }
        let FolderFiles { files: found, is_backtest, is_dated } = folder(path, settings)?;
        if is_backtest && paths.len() > 1 {
            let why = format!("`{}` is a backtest; give it alone", path.display());
            return Err(Error::Usage(why));
        }
        if is_backtest {
            let batch = |file: Source| {
                let name = label(path, &file.name);
                Batch { day: day_of(&name), name, files: vec![file] }
            };
            let batches = found.into_iter().map(batch).collect();
            return Ok(Some(Gathered { is_backtest, batches: if is_dated { batches } else { by_day(batches) } }));
        }
        files.extend(found);
    }
    let names: Vec<_> = paths.iter().map(|path| path.display().to_string()).collect();
    let batch = Batch { name: names.join(", "), day: None, files };
    Ok((!paths.is_empty()).then(|| Gathered { is_backtest: false, batches: vec![batch] }))
}

/// The name of a file within its folder.
fn label(folder: &Path, file: &str) -> String {
    Path::new(file).strip_prefix(folder).unwrap_or(Path::new(file)).display().to_string()
}

/// The files of each day as one inventory, where every name has a day and each day has its own folder. Only for files
/// that do not say when they were taken: the others have instants of their own, perhaps several on a day.
fn by_day(batches: Vec<Batch>) -> Vec<Batch> {
    let folder = |batch: &Batch| Path::new(&batch.name).parent().map(|folder| folder.display().to_string());
    let in_folders =
        batches.iter().all(|one| folder(one).is_some_and(|name| day_of(&name) == one.day && one.day.is_some()));
    if !in_folders {
        return batches;
    }
    let mut days: Vec<Batch> = Vec::new();
    for mut batch in batches {
        batch.name = folder(&batch).unwrap_or(batch.name);
        match days.last_mut().filter(|last| last.day == batch.day) {
            Some(last) => last.files.append(&mut batch.files),
            None => days.push(batch),
        }
    }
    days
}

/// The files of a folder.
struct FolderFiles {
    files: Vec<Source>,
    /// Whether they are the days of a backtest.
    is_backtest: bool,
    /// Whether any of them says when it was taken; a report of an earlier run does.
    is_dated: bool,
}

/// Reads the files of a folder, and says what the folder is taken for.
fn folder(folder: &Path, settings: &Settings) -> Result<FolderFiles, Error> {
    let (name, mut paths, mut others) = (folder.display(), Vec::new(), Vec::new());
    files(folder, &mut paths, &mut others)?;
    paths.sort();
    let found = paths.iter().map(|path| source(path)).collect::<Result<Vec<_>, _>>()?;
    if found.is_empty() {
        let why = format!(
            "`{name}` holds no inventory: no file in it ends in `.json`, `.jsonl` or `.ndjson`, or in one of these and `.gz`"
        );
        return Err(Error::Usage(why));
    }
    if let Some(first) = others.first() {
        note(&format!("note: files in `{name}` that are not read: {}, such as `{}`", others.len(), first.display()));
    }
    let parse = |Source { name, text }: &Source| {
        let recorded = (!is_report(text)).then(|| Recorded::parse(name, text, settings)).transpose()?;
        Ok::<_, Error>((label(folder, name), recorded))
    };
    let parsed = found.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    let is_dated = parsed.iter().any(|(_, file)| file.as_ref().is_none_or(|recorded| recorded.taken_at.is_some()));
    let (is_backtest, what, why) = match layout(&parsed) {
        Layout::Inventory(why) => (false, "one inventory of", why),
        Layout::Days(why) => (true, "a backtest over", why),
        Layout::Unclear(why) => {
            let mend = "for one inventory, name each file with `--inventory`; for a backtest, save each day with \
                        `idle-reaper snapshot`";
            return Err(Error::Usage(format!("`{name}` may be one inventory or a backtest: {why}; {mend}")));
        }
    };
    note(&format!("note: `{name}` is taken for {what} {} files: {why}", found.len()));
    Ok(FolderFiles { files: found, is_backtest, is_dated })
}

/// Lists the inventories in a folder and the folders in it, and the other files. Hidden ones are neither.
fn files(folder: &Path, found: &mut Vec<PathBuf>, others: &mut Vec<PathBuf>) -> Result<(), Error> {
    let wrong = |source| Error::File { verb: "read", file: folder.display().to_string(), source };
    for entry in std::fs::read_dir(folder).map_err(wrong)? {
        let entry = entry.map_err(wrong)?;
        let path = entry.path();
        let name = path.to_string_lossy().to_ascii_lowercase();
        let name = name.trim_end_matches(packed::ENDING);
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        } else if entry.file_type().map_err(wrong)?.is_dir() {
            files(&path, found, others)?;
        } else if [".json", ".jsonl", ".ndjson"].iter().any(|ending| name.ends_with(ending)) {
            found.push(path);
        } else {
            others.push(path);
        }
    }
    Ok(())
}

/// Reads a file, or standard input for `-`.
fn source(path: &Path) -> Result<Source, Error> {
    let is_stdin = path == Path::new("-");
    let name = if is_stdin { "standard input".to_owned() } else { path.display().to_string() };
    let mut bytes = Vec::new();
    let read = if is_stdin { std::io::stdin().read_to_end(&mut bytes).map(|_| bytes) } else { std::fs::read(path) };
    let bytes = read.map_err(|source| Error::File { verb: "read", file: name.clone(), source })?;
    let text = decode(&name, &bytes)?;
    Ok(Source { name, text })
}
