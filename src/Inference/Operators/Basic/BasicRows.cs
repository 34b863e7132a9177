namespace Inference.Operators.Basic;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class BasicRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new("", "Identity", 1, "input:value", n => new Identity(n), new() { HandsOn = n => n.Inputs.Count == 1, Lightness = Lightness.Always }),
        new("", "MemcpyFromHost", 1, "X:value", n => new Identity(n)),
        new("", "MemcpyToHost", 1, "X:value", n => new Identity(n)),
        new(Domains.Microsoft, "SampleOp", 1, "X:float", n => new Identity(n)),
    ];
}
