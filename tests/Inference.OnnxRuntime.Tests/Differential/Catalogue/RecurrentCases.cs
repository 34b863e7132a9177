namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>RNN, GRU, LSTM.</summary>
internal static class RecurrentCases
{
    // Functions of a cell, by their names; those of the gates first.
    private static readonly string[] s_functions = ["default", "Relu", "Affine", "LeakyRelu", "ThresholdedRelu", "ScaledTanh", "HardSigmoid", "Elu", "Softsign", "Softplus"];

    public static IEnumerable<OperatorCases> All => [Cell("RNN", 1, 1), Cell("GRU", 3, 1), Cell("LSTM", 4, 2)];

    private static OperatorCases Cell(string op, int gates, int states)
    {
        var space = new OptionSpace(op);
        Option<long> version = space.Add("version", 7L, 14L, 22L);
        Option<string> direction = space.Add("direction", "forward", "reverse", "bidirectional");
        Option<bool> bias = space.Add("B", false, true);
        Option<bool> lengths = space.Add("sequence_lens", false, true);
        Option<string> initial = space.Add("initial", op == "LSTM" ? ["none", "h", "c", "both"] : (string[])["none", "h"]);
        Option<string> function = space.Add("activations", s_functions);

        // ONNX Runtime clips no input of an LSTM's last function (docs/differences.md).
        Option<float> clip = space.Add("clip", op == "LSTM" ? [0f] : (float[])[0, 0.4f]);
        Option<long> own = space.Add(op switch { "GRU" => "linear_before_reset", "LSTM" => "input_forget", _ => "none" }, op == "RNN" ? [0L] : (long[])[0, 1]);
        Option<bool> peepholes = space.Add("P", op == "LSTM" ? [false, true] : (bool[])[false]);
        Option<string> outputs = space.Add("outputs", "all", "sequence", "last");
        return new(op, random =>
        {
            OptionRow row = random.Row(space);
            long directions = row.Get(direction) == "bidirectional" ? 2 : 1;
            long steps = random.Int(1, 6), batch = random.Int(1, 3), inputs = random.Int(1, 6), hidden = random.Int(1, 7);
            OperatorBuilder builder = new OperatorBuilder(random, op, row.Get(version)).Attr("direction", row.Get(direction)).Attr("hidden_size", hidden).Tolerance(5e-5, 5e-5)
                .In(random.Tensor(ElementType.Float32, [steps, batch, inputs]), false)
                .In(random.Floats([directions, gates * hidden, inputs], -0.7f, 0.7f), true).In(random.Floats([directions, gates * hidden, hidden], -0.7f, 0.7f), true);
            _ = row.Get(bias) ? builder.In(random.Floats([directions, 2 * gates * hidden], -0.5f, 0.5f), true) : builder.Skip();
            _ = row.Get(lengths) ? builder.In(Lengths(random, batch, steps), false) : builder.Skip();
            foreach (string state in (string[])(states == 2 ? ["h", "c"] : ["h"]))
            {
                _ = row.Get(initial) == state || row.Get(initial) == "both" ? builder.In(random.Floats([directions, batch, hidden], -1, 1)) : builder.Skip();
            }

            _ = row.Get(peepholes) ? builder.In(random.Floats([directions, 3 * hidden], -0.5f, 0.5f), true) : builder;
            _ = row.Get(clip) > 0 ? builder.Attr("clip", row.Get(clip)) : builder;
            _ = op != "RNN" ? builder.Attr(own.Name, row.Get(own)) : builder;
            Activations(builder, op, row.Get(function), (int)directions);
            _ = row.Get(outputs) == "last" ? builder.SkipOut() : builder.Out(ElementType.Float32);
            _ = row.Get(outputs) == "sequence" ? builder : builder.Out(ElementType.Float32);
            return op == "LSTM" && row.Get(outputs) == "all" ? builder.Out(ElementType.Float32) : builder;
        });
    }

    // The function takes the place of the one that makes the state; the gates of a GRU and an LSTM stay sigmoids.
    private static void Activations(OperatorBuilder builder, string op, string function, int directions)
    {
        if (function == "default")
        {
            return;
        }

        string[] own = op switch { "RNN" => [function], "GRU" => ["Sigmoid", function], _ => ["Sigmoid", function, "Tanh"] };
        builder.Attr("activations", [.. Enumerable.Repeat(own, directions).SelectMany(static names => names)]);
        float[] alpha = function is "Affine" or "LeakyRelu" or "ThresholdedRelu" or "ScaledTanh" or "HardSigmoid" or "Elu" ? [0.3f] : [];
        float[] beta = function is "Affine" or "ScaledTanh" or "HardSigmoid" ? [0.6f] : [];
        _ = alpha.Length > 0 ? builder.Attr("activation_alpha", [.. Enumerable.Repeat(alpha[0], directions)]) : builder;
        _ = beta.Length > 0 ? builder.Attr("activation_beta", [.. Enumerable.Repeat(beta[0], directions)]) : builder;
    }

    private static TensorValue Lengths(CaseRandom random, long batch, long steps)
    {
        int[] lengths = [.. Enumerable.Range(0, (int)batch).Select(_ => random.Int(1, (int)steps))];
        return TensorValue.Copy(lengths, [batch]);
    }
}
