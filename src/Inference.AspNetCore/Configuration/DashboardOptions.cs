using System.ComponentModel.DataAnnotations;

namespace Inference.AspNetCore;

/// <summary>Options of the dashboard. Read when it is mapped. Who may see and do what follows from <see cref="OpenInferenceOptions.Policies"/>: pages are <see cref="OpenInferenceGroup.Statistics"/>,
/// the form that runs a model is <see cref="OpenInferenceGroup.Infer"/>, actions are <see cref="OpenInferenceGroup.Admin"/> and are not offered without a policy for it.</summary>
public sealed class DashboardOptions
{
    /// <summary>The title of the pages; the default is <c>Inference</c>.</summary>
    [Required, StringLength(64, MinimumLength = 1)]
    public string Title { get; set; } = "Inference";

    /// <summary>Whether calls are measured (rates, latency quantiles, busy time), by a listener that is called once a call; the default is true. Without it, traffic is shown of models that report it themselves (<see cref="Status.IModelTraffic"/>).</summary>
    public bool MeasureTraffic { get; set; } = true;

    /// <summary>The price of an hour of a processor core, above 0, from which the cost of 1,000 calls is estimated: a call is taken to keep one core busy as long as it lasts. Null, the default: busy time is shown instead.</summary>
    [Range(1e-6, 1e6)]
    public double? CoreHourPrice { get; set; }

    /// <summary>The sign of the currency before a price; the default is <c>$</c>.</summary>
    [Required, StringLength(8, MinimumLength = 1)]
    public string Currency { get; set; } = "$";

    /// <summary>The most pages that are told of changes at once, 1 to 100,000; the default is 1,000. Another one says that the server is busy, and tries again.</summary>
    [Range(1, 100_000)]
    public int MaxStreams { get; set; } = 1000;
}
