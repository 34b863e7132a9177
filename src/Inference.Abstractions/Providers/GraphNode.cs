namespace Inference.Providers;

/// <summary>A node of an <see cref="GraphView"/>.</summary>
public abstract class GraphNode
{
    /// <summary>Its position in <see cref="GraphView.Nodes"/>.</summary>
    public abstract int Index { get; }

    /// <summary>Its name; may be empty.</summary>
    public abstract string Name { get; }

    /// <summary>The operator's domain; empty for the standard's.</summary>
    public abstract string Domain { get; }

    /// <summary>The operator.</summary>
    public abstract string OpType { get; }

    /// <summary>Names of the inputs; empty for one left out.</summary>
    public abstract IReadOnlyList<string> Inputs { get; }

    /// <summary>Names of the outputs; empty for one left out.</summary>
    public abstract IReadOnlyList<string> Outputs { get; }

    /// <summary>Whether the operator is a function that the model defines, so that it is made of the function's nodes.</summary>
    public virtual bool IsModelFunction => false;

    /// <summary>Whether the node holds graphs of its own (If, Loop, Scan).</summary>
    public abstract bool HasSubgraphs { get; }

    /// <summary>An integer attribute, or the default where it is absent.</summary>
    public abstract long GetInt(string name, long defaultValue);

    /// <summary>A float attribute, or the default where it is absent.</summary>
    public abstract float GetFloat(string name, float defaultValue);

    /// <summary>A string attribute, or the default where it is absent.</summary>
    public abstract string GetString(string name, string defaultValue);

    /// <summary>An integer-list attribute; null where it is absent.</summary>
    public abstract long[]? GetInts(string name);
}
