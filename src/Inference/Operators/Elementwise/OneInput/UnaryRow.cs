namespace Inference.Operators.Elementwise.OneInput;

/// <summary>Rows of operators that are a function of one element.</summary>
internal static class UnaryRow
{
    /// <summary>A row.</summary>
    /// <param name="domain">Empty for the standard's domain.</param>
    /// <param name="opType">The operator.</param>
    /// <param name="since">The first opset version of the domain that is supported.</param>
    /// <param name="input">What its input must be.</param>
    /// <param name="make">Makes the function, when first asked for.</param>
    /// <param name="read">The function of a node where its version or attributes choose it; null: the attributes that the function names.</param>
    /// <param name="cell">Whether recurrent cells know the function by the operator's name.</param>
    /// <param name="cellForm">What they know by it where that is another function.</param>
    public static OperatorEntry Of(
        string domain, string opType, int since, InputRules input, Func<UnaryForm> make, Func<Node, UnaryCall>? read = null, bool cell = false, Func<UnaryForm>? cellForm = null)
    {
        var unary = new UnaryTrait(make, read);
        return new(domain, opType, since, input, n => unary.Of(n)!.Make(), OperatorTraits.Of(unary, cellForm is not null ? new(cellForm) : cell ? unary : null));
    }
}
