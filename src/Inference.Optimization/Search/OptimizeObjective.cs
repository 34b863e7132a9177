namespace Inference.Optimization.Search;

/// <summary>What a search minimizes within its budget.</summary>
public enum OptimizeObjective
{
    /// <summary>The time of a run. A result is never slower or larger than the source; of times that differ by less than 15 %, the smaller model is preferred.</summary>
    Time,

    /// <summary>The bytes of the constants. A result is never larger than the source; it may be slower, unless a least speedup is asked for.</summary>
    Size,
}
