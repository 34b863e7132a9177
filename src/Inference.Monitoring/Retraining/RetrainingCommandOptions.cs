using System.ComponentModel.DataAnnotations;
using Inference.Monitoring.Alerts;

namespace Inference.Monitoring;

/// <summary>A command that trains a new model from a bundle. It is started directly, without a shell.</summary>
public sealed class RetrainingCommandOptions
{
    /// <summary>The program; null, the default: none is run.</summary>
    public string? FileName { get; set; }

    /// <summary>Its arguments, in which <c>{bundle}</c>, <c>{work}</c>, <c>{model}</c> and <c>{version}</c> stand for the folder of the bundle, the working folder, the model's name and version; at most 256.</summary>
    [MostItems(256)]
    public IList<string> Arguments { get; } = [];

    /// <summary>Further environment variables; at most 256. <c>INFERENCE_BUNDLE</c>, <c>INFERENCE_WORK</c>, <c>INFERENCE_MODEL</c>, <c>INFERENCE_VERSION</c> and <c>INFERENCE_RETRAINING</c> are set in any case.</summary>
    [MostItems(256)]
    public IDictionary<string, string> Environment { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>How long it may run, 1 s to 30 days; the default is 4 hours. Then it is killed with all processes that it started.</summary>
    [DurationRange("00:00:01", "30.00:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromHours(4);

    /// <summary>The bytes of its output that are kept for the log, the last ones, 0 to 16 MiB; the default is 64 KiB. The rest is read and dropped.</summary>
    [Range(0, 16 << 20)]
    public int MaxOutputBytes { get; set; } = 64 << 10;

    /// <summary>The bytes that its working folder and the bundle may grow to, 1 MiB to 2⁵⁰; the default is 16 GiB. It is killed when there are more; they are counted four times a second.</summary>
    [Range(1L << 20, 1L << 50)]
    public long MaxFolderBytes { get; set; } = 16L << 30;

    /// <summary>Whether the working folder is kept after a run that failed; false by default. After one that succeeded it is deleted: what the command made belongs where it was told to put it.</summary>
    public bool KeepFailedWork { get; set; }
}
