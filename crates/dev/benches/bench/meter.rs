//! What is read before and after: CPU seconds, memory, medians and percentiles.

use anyhow::{Context, Result};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use redis::aio::ConnectionManager;

/// CPU seconds this process has used.
pub(crate) fn cpu_s() -> Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    let micros = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    #[expect(clippy::cast_precision_loss, reason = "microseconds of one process fit")]
    Ok(micros as f64 / 1e6)
}

/// Memory of this process now, in MB; `None` where the system does not tell it in `/proc`.
pub(crate) fn rss_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kb: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kb / 1_000.0)
}

/// Bytes that all keys take, as Redis counts them (`MEMORY USAGE`, every member looked at); not what connections,
/// scripts and the allocator's spare room take, which at small sizes would be most of it.
pub(crate) async fn redis_bytes(redis: &mut ConnectionManager) -> Result<f64> {
    let keys: Vec<String> = redis::cmd("KEYS").arg("*").query_async(redis).await?;
    let mut bytes = 0.0;
    for key in keys {
        bytes += redis::cmd("MEMORY").arg("USAGE").arg(key).arg("SAMPLES").arg(0).query_async::<f64>(redis).await?;
    }
    Ok(bytes)
}

/// CPU seconds that Redis has used.
pub(crate) async fn redis_cpu_s(redis: &mut ConnectionManager) -> Result<f64> {
    Ok(redis_number(redis, "cpu", "used_cpu_sys:").await? + redis_number(redis, "cpu", "used_cpu_user:").await?)
}

async fn redis_number(redis: &mut ConnectionManager, section: &str, name: &str) -> Result<f64> {
    let text: String = redis::cmd("INFO").arg(section).query_async(redis).await?;
    let value = text.lines().find_map(|line| line.strip_prefix(name));
    Ok(value.with_context(|| format!("Redis does not tell {name}"))?.trim().parse()?)
}

/// The middle one; of two middle ones the upper.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The value that so many per thousand of sorted ones do not exceed.
pub(crate) fn per_mille(sorted: &[i64], part: usize) -> i64 {
    let at = (sorted.len() * part / 1_000).min(sorted.len().saturating_sub(1));
    sorted.get(at).copied().unwrap_or_default()
}

/// Counts as floating point, for rates.
#[expect(clippy::cast_precision_loss, reason = "counts here are far below 2^53")]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}
