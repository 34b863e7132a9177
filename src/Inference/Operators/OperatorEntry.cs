using Inference.Graph;
using Inference.Operators.Contract;

namespace Inference.Operators;

/// <summary>A row of the operator table.</summary>
/// <param name="Domain">Empty for the standard's domain.</param>
/// <param name="OpType">The operator.</param>
/// <param name="Since">The first opset version of the domain that is supported.</param>
/// <param name="Inputs">What its inputs must be.</param>
/// <param name="Create">Reads a node's attributes.</param>
internal sealed record OperatorEntry(string Domain, string OpType, int Since, InputRules Inputs, Func<Node, Operator> Create)
{
    /// <summary>The operator of a node.</summary>
    /// <exception cref="ModelLoadException">Its inputs or attributes break the operator's specification.</exception>
    public Operator Make(Node node)
    {
        Inputs.CheckCount(node);
        Operator made = Create(node);
        made.Rules = Inputs;
        return made;
    }
}
