namespace Inference.Ir;

/// <summary>An operator applied to values.</summary>
internal sealed class Node(string name, string domain, string opType, long opset)
{
    /// <summary>The name in the model; may be empty.</summary>
    public string Name { get; } = name;

    /// <summary>Empty for the standard's domain.</summary>
    public string Domain { get; set; } = domain;

    public string OpType { get; set; } = opType;

    /// <summary>The opset version of <see cref="Domain"/> that the model imports: attributes and inputs have this version's meaning.</summary>
    public long Opset { get; set; } = opset;

    public AttributeMap Attributes { get; init; } = new();

    /// <summary>Null for an input left out.</summary>
    public List<Value?> Inputs { get; } = [];

    /// <summary>Null for an output left out.</summary>
    public List<Value?> Outputs { get; } = [];

    /// <summary>Position in the imported model, for providers and profiles.</summary>
    public int SourceIndex { get; init; } = -1;

    /// <summary>The operator with its attributes read; set by the importer. What it can do is declared where operators are.</summary>
    public INodeOperator? Meaning { get; set; }

    public bool HasInput(int index) => index < Inputs.Count && Inputs[index] is not null;

    public bool HasOutput(int index) => index < Outputs.Count && Outputs[index] is not null;

    /// <summary>Where this node is, for messages: operator and name.</summary>
    public string Describe() => Name.Length > 0
        ? $"node '{Name}' ({QualifiedType})"
        : $"node {QualifiedType} → '{Outputs.FirstOrDefault(o => o is not null)?.Name}'";

    /// <summary>A message with the node in front, once.</summary>
    public string Explain(string message)
    {
        string own = Describe();
        return message.StartsWith(own, StringComparison.Ordinal) ? message : $"{own}: {message}";
    }

    public string QualifiedType => Domain.Length == 0 ? OpType : $"{Domain}.{OpType}";

    public override string ToString() => Describe();
}
