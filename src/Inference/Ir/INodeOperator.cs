namespace Inference.Ir;

/// <summary>What a graph knows of a node's operator: that it is one.</summary>
internal interface INodeOperator;
