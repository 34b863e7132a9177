namespace Inference.Operators.Contract;

/// <summary>Nodes and their operators.</summary>
internal static class NodeOperators
{
    /// <param name="node">The node.</param>
    extension(Node node)
    {
        /// <summary>The operator with its attributes read; null before the importer has set it.</summary>
        public Operator? Operator
        {
            get => (Operator?)node.Meaning;
            set => node.Meaning = value;
        }
    }
}
