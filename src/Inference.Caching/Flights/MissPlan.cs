using Inference.Caching.Store;

namespace Inference.Caching.Flights;

/// <summary>What is to be done about the missing units of one call.</summary>
internal sealed class MissPlan
{
    /// <summary>Units that this call gets answered.</summary>
    public List<Lead> Leads { get; } = [];

    /// <summary>Units that another call, or this one at another row, gets answered.</summary>
    public List<(int Unit, Flight Flight)> Follows { get; } = [];
}
