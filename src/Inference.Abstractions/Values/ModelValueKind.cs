namespace Inference;

/// <summary>The kinds of value that models take and return.</summary>
public enum ModelValueKind
{
    /// <summary>A dense tensor.</summary>
    Tensor,
    /// <summary>An ordered list of values of one type.</summary>
    Sequence,
    /// <summary>A map from integers or strings to values.</summary>
    Map,
    /// <summary>A value that may be absent.</summary>
    Optional,
}
