using Inference.Onnx;

namespace Inference.Scanning;

/// <summary>Rules for Loop: constant numbers of iterations, and loops that nothing ends.</summary>
[Pattern("Identity", "Cast")]
internal static class LoopRules
{
    // Exporters write the largest number for "as long as the condition holds".
    private const long Endless = 1L << 53;

    // Each iteration of an interpreted body costs some microseconds: seconds in all.
    private const long ManyTrips = 1_000_000;

    /// <summary>Checks a loop.</summary>
    /// <param name="node">The node.</param>
    /// <param name="constants">The constants of its graph.</param>
    /// <param name="outer">The iterations of the loops around it.</param>
    /// <param name="limits">The limits.</param>
    /// <param name="findings">Where findings go.</param>
    /// <returns>The iterations of its body, with the loops around it.</returns>
    public static long Check(OnnxNode node, ConstantScope constants, long outer, ModelLimits limits, FindingList findings)
    {
        string where = $"node '{node.Name}' (Loop)";
        string count = node.Inputs.Count > 0 ? node.Inputs[0] : "";
        long? trips = count.Length == 0 ? long.MaxValue : constants.Integers(count) is [var constant] ? Math.Max(0, constant) : null;
        bool? start = node.Inputs.Count > 1 && node.Inputs[1].Length > 0 ? constants.Integers(node.Inputs[1]) is [var given] ? given != 0 : null : true;
        if (trips is null || start == false)
        {
            return outer;
        }

        if (!KeepsRunning(node, constants))
        {
            return trips >= Endless ? outer : Multiply(outer, trips.Value);
        }

        if (trips >= Endless)
        {
            // Whether it starts may depend on data; if it does, it does not end.
            Report(limits.MaxLoopTrips is not null, "expected a number of iterations or a condition that is computed, got neither: the loop would not end.");
            return outer;
        }

        long all = Multiply(outer, trips.Value);
        long most = limits.MaxLoopTrips ?? ManyTrips;
        if (all > most)
        {
            Report(limits.MaxLoopTrips is not null, $"expected at most {most} iterations, with those of the loops around it ({nameof(ModelLimits.MaxLoopTrips)}), got {all}.");
        }

        return all;

        void Report(bool fatal, string message)
        {
            if (fatal)
            {
                findings.Fatal("loop", where, message);
            }
            else
            {
                findings.Warn("loop", where, message);
            }
        }
    }

    // Whether the body's condition is true whatever is computed: a constant, or the condition it was given.
    private static bool KeepsRunning(OnnxNode node, ConstantScope constants)
    {
        if (node.Attribute("body")?.Graph is not { } body || body.Outputs.Count == 0)
        {
            return false;
        }

        ConstantScope inner = ConstantScope.Of(body, constants);
        var makers = new Dictionary<string, OnnxNode>(StringComparer.Ordinal);
        foreach (OnnxNode made in body.Nodes)
        {
            foreach (string output in made.Outputs)
            {
                makers.TryAdd(output, made);
            }
        }

        string condition = body.Outputs[0].Name;
        for (int i = 0; i <= body.Nodes.Count; i++)
        {
            if (inner.Integers(condition) is [var value])
            {
                return value != 0;
            }

            if (body.Inputs.Count > 1 && body.Inputs[1].Name == condition)
            {
                return true;
            }

            if (makers.GetValueOrDefault(condition) is not { OpType: "Identity" or "Cast", Inputs: [var source] })
            {
                return false;
            }

            condition = source;
        }

        return false;
    }

    private static long Multiply(long a, long b) => b != 0 && a > long.MaxValue / b ? long.MaxValue : a * b;
}
