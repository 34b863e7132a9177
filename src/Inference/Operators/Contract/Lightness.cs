namespace Inference.Operators.Contract;

/// <summary>When work is cheaper to do again than to keep its result.</summary>
internal enum Lightness
{
    /// <summary>Never.</summary>
    Never,

    /// <summary>Where the result can be a shape, or a part of one.</summary>
    OnShapes,

    /// <summary>Always: it only moves elements, or reads shapes.</summary>
    Always,
}
