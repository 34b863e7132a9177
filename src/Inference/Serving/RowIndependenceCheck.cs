namespace Inference.Serving;

/// <summary>Tries what is claimed of a model's rows: what the user states at once, what is proved when it is first asked for, where that costs little.</summary>
internal static class RowIndependenceCheck
{
    // Models within these limits usually run quickly; a trial that takes longer is abandoned.
    private const long MostRowElements = 4096;
    private const long MostWeightBytes = 16 << 20;
    private const int MostNodes = 400;
    private static readonly TimeSpan s_longest = TimeSpan.FromMilliseconds(100);

    /// <summary>The info with the statement applied and the claim tried.</summary>
    /// <param name="runner">The model.</param>
    /// <param name="options">The user's assertion, and whether claims are tested.</param>
    /// <param name="affords">Whether a run on these inputs is affordable; null if it always is.</param>
    /// <param name="ended">Called after a trial.</param>
    /// <exception cref="ModelLoadException">The assertion is wrong, or the model has no batch axis.</exception>
    public static ModelInfo Apply(IModelRunner runner, ModelLoadOptions options, Func<NamedValues, bool>? affords = null, Action? ended = null)
    {
        ModelInfo info = runner.Info;
        if (options.AssertRowIndependent == false)
        {
            return info with { RowIndependent = false };
        }

        bool stated = options.AssertRowIndependent == true;
        if (stated && !info.RowIndependent)
        {
            if (info.BatchAxis != 0)
            {
                throw new ModelLoadException($"Model '{info.Name}': AssertRowIndependent was set, but its inputs do not share a batch axis; expected every input to have the same symbolic first dimension. Export the model with one, or remove the assertion.");
            }

            using NamedValues inputs = RowTrial.Rows(info) ?? throw new ModelLoadException($"Model '{info.Name}': AssertRowIndependent was set, but not every input is a tensor, so that there are no rows. Remove the assertion.");
            Refuse(info, new RowTrial(runner).Thoroughly(inputs));
            ended?.Invoke();
            return info with { RowIndependent = true };
        }

        if (!info.RowIndependent || !options.VerifyRowIndependence)
        {
            return info;
        }

        if (stated)
        {
            Refuse(info, Contradiction(runner, info, affords));
            ended?.Invoke();
            return info;
        }

        return info with { RowTrial = new(() => Holds(runner, info, affords, ended)) };
    }

    /// <summary>Whether a graph is small enough to be tried while it is loaded.</summary>
    public static bool IsSmall(ModelGraph graph) =>
        graph.Nodes.Count <= MostNodes && graph.Nodes.SelectMany(n => n.Inputs).Select(i => i?.Constant).OfType<Tensor>().Distinct().Sum(t => t.ByteCount) <= MostWeightBytes;

    // Of a model that is disposed meanwhile the proof stands.
    private static bool Holds(IModelRunner runner, ModelInfo info, Func<NamedValues, bool>? affords, Action? ended)
    {
        try
        {
            return Contradiction(runner, info, affords) is null;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
        finally
        {
            ended?.Invoke();
        }
    }

    private static string? Contradiction(IModelRunner runner, ModelInfo info, Func<NamedValues, bool>? affords)
    {
        if (RowTrial.RowElements(info) > MostRowElements)
        {
            return null;
        }

        using NamedValues? inputs = RowTrial.Rows(info);
        return inputs is null || affords?.Invoke(inputs) == false ? null
            : new RowTrial(runner).Briefly(inputs, new RunContext { Deadline = TimeProvider.System.GetUtcNow() + s_longest });
    }

    private static void Refuse(ModelInfo info, string? difference)
    {
        if (difference is not null)
        {
            throw new ModelLoadException($"Model '{info.Name}': AssertRowIndependent was set, but {difference}. The rows depend on each other; remove the assertion.");
        }
    }
}
