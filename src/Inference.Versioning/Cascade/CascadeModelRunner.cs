using System.Diagnostics.Metrics;
using Inference.Rows;
using Inference.Versioning.Loading;

namespace Inference.Versioning.Cascade;

/// <summary>
/// Early exit: every row is run on the small model; rows it is sure of are answered by it, the others are gathered, in order, and run on the big one. Row r of the result answers row r of the inputs.
/// </summary>
/// <remarks>Thread-safe. A row reaches each model at most once. The small model stays its owner's.</remarks>
internal sealed class CascadeModelRunner : DelegatingModelRunner
{
    private readonly Lazy<(IModelRunner Runner, CascadeThreshold Threshold)> _small;
    private readonly Func<CascadeOptions> _options;
    private readonly IDisposable? _owned;
    private readonly CascadeInstruments _instruments;

    /// <param name="big">The runner below.</param>
    /// <param name="small">Finds the small model, when first needed.</param>
    /// <param name="options">The options now.</param>
    /// <param name="meters">Makes the meter; null for one of its own.</param>
    /// <param name="owned">Disposed with this; may be null.</param>
    public CascadeModelRunner(IModelRunner big, Func<IModelRunner> small, Func<CascadeOptions> options, IMeterFactory? meters, IDisposable? owned)
        : base(big)
    {
        RequireRows(big.Info, "the big model");
        _options = options;
        _owned = owned;
        _small = new(() => Resolve(small()));
        _instruments = new CascadeInstruments(big.Info.Name, meters);
    }

    public override async ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        (IModelRunner small, CascadeThreshold threshold) = _small.Value;
        if (!BatchRows.TryCount(inputs, out int rows) || rows == 0)
        {
            return await Inner.RunAsync(inputs, context, cancellationToken).ConfigureAwait(false);
        }

        NamedValues quick;
        try
        {
            quick = await small.RunAsync(inputs, context, cancellationToken).ConfigureAwait(false);
        }
        catch (InferenceException exception) when (_options().GoOnAfterError && exception is not (InvalidInputException or DeadlineExceededException))
        {
            context?.Record.AddStep("cascade:error");
            return await Inner.RunAsync(inputs, context, cancellationToken).ConfigureAwait(false);
        }

        using (quick)
        {
            int[] unsure = Unsure(quick, rows, threshold);
            Count(rows, unsure.Length, context);
            if (unsure.Length == 0)
            {
                return Select(quick);
            }

            if (unsure.Length == rows)
            {
                return await Inner.RunAsync(inputs, context, cancellationToken).ConfigureAwait(false);
            }

            using NamedValues rest = BatchRows.Take(inputs, unsure);
            using NamedValues slow = await Inner.RunAsync(rest, context, cancellationToken).ConfigureAwait(false);
            return Join(quick, slow, unsure, rows);
        }
    }

    public override object? GetService(Type serviceType, object? serviceKey = null) =>
        // Bound and split models do not regroup rows.
        serviceType == typeof(IBindable) || serviceType == typeof(IModelSplitter) ? null : base.GetService(serviceType, serviceKey);

    public override async ValueTask DisposeAsync()
    {
        Release();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Release();
        }

        base.Dispose(disposing);
    }

    private int[] Unsure(NamedValues quick, int rows, CascadeThreshold threshold)
    {
        if (!quick.TryGetValue(threshold.Output, out ModelValue? value) || value is not TensorValue output)
        {
            throw new ModelRunException($"Model '{Info.Name}', cascade: the small model gave no tensor '{threshold.Output}', which its threshold is read off. Correct the threshold's output.");
        }

        double[] confidences = new double[rows];
        threshold.Read(output, confidences);
        double least = _options().ThresholdValue ?? threshold.Threshold;
        var unsure = new List<int>(rows);
        for (int r = 0; r < rows; r++)
        {
            // Not the opposite comparison: a NaN confidence is no confidence.
            if (!(confidences[r] >= least))
            {
                unsure.Add(r);
            }
        }

        return [.. unsure];
    }

    // The big model's outputs, in its order; what else the small model gives is left out.
    private NamedValues Select(NamedValues quick)
    {
        var result = new NamedValues(Info.Outputs.Count);
        foreach (ModelPort port in Info.Outputs)
        {
            result.Add(port.Name, Tensor(quick, port.Name, "small").Retain());
        }

        return result;
    }

    private NamedValues Join(NamedValues quick, NamedValues slow, int[] unsure, int rows)
    {
        var result = new NamedValues(Info.Outputs.Count);
        foreach (ModelPort port in Info.Outputs)
        {
            TensorValue fromSmall = Tensor(quick, port.Name, "small");
            TensorValue fromBig = Tensor(slow, port.Name, "big");
            if (!TensorRows.HaveSameRowType(fromSmall, fromBig) || fromSmall.Shape[0] != rows || fromBig.Shape[0] != unsure.Length)
            {
                result.Dispose();
                throw new ModelRunException($"Model '{Info.Name}', cascade, output '{port.Name}': rows of the small model ({fromSmall}, of {rows} inputs) and of the big one ({fromBig}, of {unsure.Length}) do not fit together. Both must give the same row type, one row for each input row.");
            }

            TensorValue joined = TensorRows.AllocateLike(fromBig, rows);
            result.Add(port.Name, joined);
            int next = 0;
            for (int row = 0; row < rows;)
            {
                bool isBig = next < unsure.Length && unsure[next] == row;
                int count = 1;
                while (row + count < rows && (next + (isBig ? count : 0) < unsure.Length && unsure[next + (isBig ? count : 0)] == row + count) == isBig)
                {
                    count++;
                }

                TensorRows.CopyRows(isBig ? fromBig : fromSmall, isBig ? next : row, joined, row, count);
                next += isBig ? count : 0;
                row += count;
            }
        }

        return result;
    }

    private TensorValue Tensor(NamedValues values, string name, string which) =>
        values.TryGetValue(name, out ModelValue? value) && value is TensorValue tensor
            ? tensor
            : throw new ModelRunException($"Model '{Info.Name}', cascade: the {which} model gave no tensor '{name}', which is an output of the big one. Both must give the same outputs.");

    private void Count(int rows, int unsure, RunContext? context)
    {
        _instruments.Answered("small", rows - unsure);
        _instruments.Answered("big", unsure);
        context?.Record.AddStep($"cascade:{rows - unsure}/{rows}");
    }

    private (IModelRunner Runner, CascadeThreshold Threshold) Resolve(IModelRunner small)
    {
        RequireRows(small.Info, "the small model");
        if (ModelSignature.Of(Info).WhyNotReplaceableBy(ModelSignature.Of(small.Info)) is { } reason)
        {
            throw new InferenceException($"Model '{Info.Name}', cascade: the small model '{small.Info.Name}' cannot answer for it: {reason}. Both must take the same inputs and give the same outputs.");
        }

        string where = $"Model '{Info.Name}', cascade, small model '{small.Info.Name}'";
        CascadeThreshold threshold = _options().Threshold
            ?? (small.Info.Metadata.TryGetValue(CascadeThreshold.MetadataKey, out string? json)
                ? CascadeThreshold.Parse(json, where)
                : throw new InferenceException($"{where}: expected a threshold in its metadata '{CascadeThreshold.MetadataKey}' or in CascadeOptions.Threshold, there is none. Calibrate one."));
        return (small, threshold);
    }

    private void RequireRows(ModelInfo info, string which)
    {
        if (info.BatchAxis != 0 || !info.RowIndependent)
        {
            throw new InferenceException($"Model '{Info.Name}', cascade: {which} '{info.Name}' must take rows along axis 0 that do not depend on each other; it has {(info.BatchAxis is { } axis ? $"batch axis {axis}" : "no batch axis")} and its rows are {(info.RowIndependent ? "" : "not proved ")}independent. Assert it with AssertRowIndependent if you know it.");
        }
    }

    private void Release()
    {
        _owned?.Dispose();
        _instruments.Dispose();
    }
}
