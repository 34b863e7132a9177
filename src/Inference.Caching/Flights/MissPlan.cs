using Inference.Caching.Store;

namespace Inference.Caching.Flights;

/// <summary>How the missing units of one call are obtained.</summary>
internal sealed class MissPlan
{
    /// <summary>Units that this call computes.</summary>
    public List<Lead> Leads { get; } = [];

    /// <summary>Units that another call, or another row of this call, computes.</summary>
    public List<(int Unit, Flight Flight)> Follows { get; } = [];
}
