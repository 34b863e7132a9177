namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>RNN, GRU, LSTM.</summary>
internal static class RecurrentCases
{
    public static IEnumerable<OperatorCases> All =>
    [
        new("RNN", static random => Cell("RNN", random, 1, 1)),
        new("GRU", static random => Cell("GRU", random, 3, 1).Attr("linear_before_reset", random.Int(0, 1))),
        new("LSTM", static random => Cell("LSTM", random, 4, 2)),
    ];

    private static OperatorBuilder Cell(string op, CaseRandom random, int gates, int states)
    {
        string direction = random.Pick("forward", "reverse", "bidirectional");
        long directions = direction == "bidirectional" ? 2 : 1;
        long steps = random.Int(1, 6), batch = random.Int(1, 3), inputs = random.Int(1, 6), hidden = random.Int(1, 7);
        OperatorBuilder builder = new OperatorBuilder(random, op).In(random.Tensor(ElementType.Float, [steps, batch, inputs]), false)
            .In(random.Floats([directions, gates * hidden, inputs], -0.7f, 0.7f), true).In(random.Floats([directions, gates * hidden, hidden], -0.7f, 0.7f), true);
        _ = random.Chance(0.7) ? builder.In(random.Floats([directions, 2 * gates * hidden], -0.5f, 0.5f), true) : builder.Skip();
        _ = random.Chance(0.4) ? builder.In(Lengths(random, batch, steps), false) : builder.Skip();
        for (int i = 0; i < states; i++)
        {
            _ = random.Chance(0.5) ? builder.In(random.Floats([directions, batch, hidden], -1, 1)) : builder.Skip();
        }

        if (op == "LSTM" && random.Chance(0.4))
        {
            builder.In(random.Floats([directions, 3 * hidden], -0.5f, 0.5f), true);
        }

        builder.Attr("direction", direction).Attr("hidden_size", hidden).Out(ElementType.Float).Out(ElementType.Float).Tolerance(5e-5, 5e-5);
        return op == "LSTM" ? builder.Out(ElementType.Float) : builder;
    }

    private static TensorValue Lengths(CaseRandom random, long batch, long steps)
    {
        int[] lengths = [.. Enumerable.Range(0, (int)batch).Select(_ => random.Int(1, (int)steps))];
        return TensorValue.Copy(lengths, [batch]);
    }
}
