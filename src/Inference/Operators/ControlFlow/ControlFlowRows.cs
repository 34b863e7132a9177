namespace Inference.Operators.ControlFlow;

/// <summary>The operators of this family: domain, name, first opset, rules of the inputs, constructor.</summary>
internal static class ControlFlowRows
{
    internal static readonly OperatorEntry[] Entries =
    [
        new("", "If", 1, "cond:bool[]|[1]", n => new If(n), new() { Deciding = ..1 }),
        new("", "Loop", 1, "M?:int64[]|[1] cond?:bool[]|[1] v_initial?:value...", n => new Loop(n)),
        new("", "Scan", 8, "initial?:value...", n => n.Opset < 9 ? new BatchedScan(n) : new Scan(n)),
    ];
}
