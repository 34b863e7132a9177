namespace Inference.Operators.Contract;

/// <summary>A row of an operator table.</summary>
internal sealed class OperatorEntry
{
    private readonly Func<Node, Operator>? _create;
    private readonly Func<Node, OperatorTable, Operator>? _createOf;

    /// <summary>A row.</summary>
    /// <param name="domain">Empty for the standard's domain.</param>
    /// <param name="opType">The operator.</param>
    /// <param name="since">The first opset version of the domain that is supported.</param>
    /// <param name="inputs">What its inputs must be.</param>
    /// <param name="create">Reads a node's attributes.</param>
    /// <param name="traits">What others may know of it; null: nothing.</param>
    public OperatorEntry(string domain, string opType, int since, InputRules inputs, Func<Node, Operator> create, OperatorTraits? traits = null)
        : this(domain, opType, since, inputs, traits) => _create = create;

    /// <summary>A row of an operator that names others by attributes (activations).</summary>
    public OperatorEntry(string domain, string opType, int since, InputRules inputs, Func<Node, OperatorTable, Operator> create, OperatorTraits? traits = null)
        : this(domain, opType, since, inputs, traits) => _createOf = create;

    private OperatorEntry(string domain, string opType, int since, InputRules inputs, OperatorTraits? traits)
    {
        Domain = domain;
        OpType = opType;
        Since = since;
        Inputs = inputs;
        Traits = traits ?? OperatorTraits.None;
    }

    /// <summary>Empty for the standard's domain.</summary>
    public string Domain { get; }

    public string OpType { get; }

    /// <summary>The first opset version of the domain that is supported.</summary>
    public int Since { get; }

    /// <summary>What its inputs must be.</summary>
    public InputRules Inputs { get; }

    /// <summary>What others may know of it.</summary>
    public OperatorTraits Traits { get; }

    /// <summary>The operator of a node.</summary>
    /// <param name="node">The node.</param>
    /// <param name="table">The table that the row is in.</param>
    /// <exception cref="ModelLoadException">Its inputs or attributes break the operator's specification.</exception>
    public Operator Make(Node node, OperatorTable table)
    {
        Inputs.CheckCount(node);
        Operator made = _create is not null ? _create(node) : _createOf!(node, table);
        made.Rules = Inputs;
        made.Traits = Traits;
        made.Table = table;
        return made;
    }
}
