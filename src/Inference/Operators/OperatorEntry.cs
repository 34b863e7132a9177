using Inference.Graph;

namespace Inference.Operators;

/// <summary>A row of the operator table.</summary>
/// <param name="Domain">Empty for the standard's domain.</param>
/// <param name="OpType">The operator.</param>
/// <param name="Since">The first opset version of the domain that is supported.</param>
/// <param name="Create">Reads a node's attributes.</param>
internal sealed record OperatorEntry(string Domain, string OpType, int Since, Func<Node, Operator> Create);
