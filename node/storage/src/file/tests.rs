use super::*;
use std::{fs, path::Path};

const RECORDS: &[(u8, &[u8])] = &[(0, b"header"), (1, b"one"), (1, b"two"), (2, b"three")];

fn write(path: &Path) -> Vec<u8> {
    let mut file = FileWriter::create(path, Contents::Blocks, false).unwrap();
    RECORDS.iter().for_each(|(kind, record)| file.put(*kind, record).unwrap());
    file.finish().unwrap();
    file.publish().unwrap();
    fs::read(path).unwrap()
}

fn read(path: &Path) -> Result<Vec<(u8, Vec<u8>)>, FileError> {
    let mut file = FileReader::open(path, Contents::Blocks)?;
    let mut chunks = Vec::new();
    while let Some(chunk) = file.next_chunk()? {
        chunks.push((chunk.kind, chunk.payload));
    }
    Ok(chunks)
}

#[test]
fn records_of_one_kind_share_a_chunk() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    write(&path);
    assert_eq!(read(&path).unwrap(), [(0, b"header".to_vec()), (1, b"onetwo".to_vec()), (2, b"three".to_vec())]);
    assert!(matches!(FileWriter::create(&path, Contents::Blocks, false), Err(FileError::Exists(_))));
    assert!(matches!(FileReader::open(&path, Contents::Snapshot), Err(FileError::Other { .. })));
}

#[test]
fn every_cut_and_every_flipped_bit_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let whole = write(&path);
    for cut in 0..whole.len() {
        fs::write(&path, &whole[..cut]).unwrap();
        assert!(matches!(read(&path), Err(FileError::CutOff { .. })), "cut at {cut}");
    }
    for bit in 0..whole.len() * 8 {
        let mut bytes = whole.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, &bytes).unwrap();
        assert!(read(&path).is_err(), "bit {bit}");
    }
    fs::write(&path, [whole.as_slice(), b"x"].concat()).unwrap();
    assert!(matches!(read(&path), Err(FileError::Damaged { .. })));
}

#[test]
fn chunks_cannot_change_places() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let mut file = FileWriter::create(&path, Contents::Blocks, false).unwrap();
    for record in [b"one", b"two"] {
        file.put(1, record).unwrap();
        file.end_chunk().unwrap();
    }
    file.finish().unwrap();
    file.publish().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let size = HEAD + 3 + SUM;
    bytes[PRELUDE..PRELUDE + 2 * size].rotate_left(size);
    fs::write(&path, bytes).unwrap();
    assert!(matches!(read(&path), Err(FileError::Damaged { chunk: 0, .. })));
}

#[test]
fn a_file_that_was_interrupted_anywhere_is_the_same_file_in_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let (path, part) = (folder.path().join("file"), folder.path().join("file.part"));
    let whole = write(&path);
    fs::remove_file(&path).unwrap();
    for cut in 0..=whole.len() {
        fs::write(&part, &whole[..cut]).unwrap();
        let mut file = match FileWriter::resume(&path, Contents::Blocks, false).unwrap() {
            None => {
                let mut file = FileWriter::create(&path, Contents::Blocks, false).unwrap();
                RECORDS.iter().for_each(|(kind, record)| file.put(*kind, record).unwrap());
                file
            }
            Some(Resumed { mut file, first, last }) => {
                assert_eq!(first.payload, b"header");
                let rest = RECORDS.iter().filter(|(kind, _)| *kind > last.kind);
                rest.for_each(|(kind, record)| file.put(*kind, record).unwrap());
                file
            }
        };
        file.finish().unwrap();
        file.publish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), whole, "cut at {cut}");
        fs::remove_file(&path).unwrap();
    }
}

#[test]
fn a_file_that_fails_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut file = FileWriter::create(&folder.path().join("file"), Contents::Snapshot, false).unwrap();
    file.put(1, b"one").unwrap();
    drop(file);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
