namespace Inference.Providers;

/// <summary>A node of an <see cref="IGraphView"/>.</summary>
public interface IGraphNode
{
    /// <summary>Its position in <see cref="IGraphView.Nodes"/>.</summary>
    int Index { get; }

    /// <summary>Its name; may be empty.</summary>
    string Name { get; }

    /// <summary>The operator's domain; empty for the standard's.</summary>
    string Domain { get; }

    /// <summary>The operator.</summary>
    string OpType { get; }

    /// <summary>Names of the inputs; empty for one left out.</summary>
    IReadOnlyList<string> Inputs { get; }

    /// <summary>Names of the outputs; empty for one left out.</summary>
    IReadOnlyList<string> Outputs { get; }

    /// <summary>Whether the operator is a function that the model defines, so that it is made of the function's nodes.</summary>
    bool IsModelFunction => false;

    /// <summary>Whether the node holds graphs of its own (If, Loop, Scan).</summary>
    bool HasSubgraphs { get; }

    /// <summary>An integer attribute, or the default where it is absent.</summary>
    long GetInt(string name, long defaultValue);

    /// <summary>A float attribute, or the default where it is absent.</summary>
    float GetFloat(string name, float defaultValue);

    /// <summary>A string attribute, or the default where it is absent.</summary>
    string GetString(string name, string defaultValue);

    /// <summary>An integer-list attribute; null where it is absent.</summary>
    long[]? GetInts(string name);
}
