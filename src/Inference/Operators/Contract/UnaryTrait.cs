namespace Inference.Operators.Contract;

/// <summary>That an operator computes each element from the same element of input 0 alone, and as which function. Thread-safe.</summary>
/// <param name="make">Makes the function, when first asked for: most models use few of them.</param>
/// <param name="read">The function of a node whose inputs or version decide it, null where it is none; null: the attributes that the function names.</param>
internal sealed class UnaryTrait(Func<UnaryForm> make, Func<Node, UnaryCall?>? read = null)
{
    private UnaryForm? _form;

    /// <summary>The function.</summary>
    public UnaryForm Form => _form ??= make();

    /// <summary>The function of a node with its parameters; null where the node computes something else.</summary>
    public UnaryCall? Of(Node node) => read is null ? Form.Of(node) : read(node);
}
