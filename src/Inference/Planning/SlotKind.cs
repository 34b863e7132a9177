namespace Inference.Planning;

/// <summary>Where a value of a plan lives.</summary>
internal enum SlotKind
{
    /// <summary>A constant of the model or of the plan.</summary>
    Constant,
    /// <summary>The caller's memory, set by each run.</summary>
    Input,
    /// <summary>A fixed place in the arena.</summary>
    Arena,
    /// <summary>Memory for a graph output: the caller's or new, set by each run.</summary>
    Output,
    /// <summary>Allocated during the run: the shape depends on data, or the value is no tensor of numbers.</summary>
    Dynamic,
}
