namespace Inference.Providers;

/// <summary>A node of a <see cref="GraphView"/>.</summary>
public abstract class GraphNode
{
    /// <summary>The index of the node in <see cref="GraphView.Nodes"/>.</summary>
    public abstract int Index { get; }

    /// <summary>The name of the node; may be empty.</summary>
    public abstract string Name { get; }

    /// <summary>The operator's domain; empty for the standard ONNX domain.</summary>
    public abstract string Domain { get; }

    /// <summary>The operator's name.</summary>
    public abstract string OpType { get; }

    /// <summary>Names of the inputs; an empty string for an omitted one.</summary>
    public abstract IReadOnlyList<string> Inputs { get; }

    /// <summary>Names of the outputs; an empty string for an omitted one.</summary>
    public abstract IReadOnlyList<string> Outputs { get; }

    /// <summary>Whether the operator is a function defined by the model, so that it can be expanded into the function's nodes.</summary>
    public virtual bool IsModelFunction => false;

    /// <summary>Whether the node has subgraphs (If, Loop, Scan).</summary>
    public abstract bool HasSubgraphs { get; }

    /// <summary>Returns an integer attribute, or the default if it is absent.</summary>
    public abstract long GetInt(string name, long defaultValue);

    /// <summary>Returns a float attribute, or the default if it is absent.</summary>
    public abstract float GetFloat(string name, float defaultValue);

    /// <summary>Returns a string attribute, or the default if it is absent.</summary>
    public abstract string GetString(string name, string defaultValue);

    /// <summary>Returns an integer-list attribute, or null if it is absent.</summary>
    public abstract long[]? GetInts(string name);
}
