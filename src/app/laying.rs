//! Lays a whole district: what `demo` begins with. It never changes a row but through `domain::imports`, so that the
//! first rows have their events, too.

use super::Undone;
use super::sample_district::SampleDistrict;
use crate::domain::at::At;
use crate::domain::decision::{Change, DirectoryRow};
use crate::domain::imports;
use crate::domain::imports::difference::{Difference, LeftOut};
use crate::ids::{Chance, Mint};
use crate::store::{Ledger, directory};
use serde_json::Map;

/// Lays a district where another one, or nothing, stood: what is not in it goes. `false`: it stood already.
pub async fn lay(ledger: &Ledger, district: &SampleDistrict, at: At, chance: &Chance) -> Result<bool, Undone> {
    laid(ledger, district, (at, chance), |_| true).await
}

/// Lays the lists of a district of which nothing stands: those that an older release did not know. What stands is left
/// as it is.
pub async fn complete(ledger: &Ledger, district: &SampleDistrict, at: At, chance: &Chance) -> Result<bool, Undone> {
    laid(ledger, district, (at, chance), <[DirectoryRow]>::is_empty).await
}

async fn laid(
    ledger: &Ledger,
    district: &SampleDistrict,
    (at, chance): (At, &Chance),
    lays: fn(&[DirectoryRow]) -> bool,
) -> Result<bool, Undone> {
    let wanted = imports::wanted(&district.directory, &district.days);
    let lists: Vec<_> = wanted.iter().map(|(list, _)| *list).collect();
    let (version, stands) = ledger
        .read(move |reading| {
            let stands = lists.into_iter().map(|list| directory::list(reading, list)).collect::<Result<Vec<_>, _>>()?;
            Ok((directory::version(reading)?, stands))
        })
        .await?;
    let (mut change, mut mint) = (Change::default(), Mint::new(at.0, chance.seed()));
    for ((list, rows), stands) in wanted.into_iter().zip(&stands).filter(|(_, stands)| lays(stands)) {
        let difference = Difference::of(list, stands, rows, LeftOut::Goes);
        if !difference.is_nothing() {
            difference.write(&mut change, None, Map::new(), &mut mint);
        }
    }
    let Some(directory) = &mut change.directory else { return Ok(false) };
    directory.version = version;
    ledger.commit(change, at).await?;
    Ok(true)
}
