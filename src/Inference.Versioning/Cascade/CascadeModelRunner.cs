using System.Diagnostics.Metrics;
using Inference.Rows;
using Inference.Versioning.Loading;

namespace Inference.Versioning.Cascade;

/// <summary>
/// Early exit: every row runs on the small model; rows that it is confident of are answered by it, and the others are gathered, in order, and run on the large one. Row r of the result answers row r of the inputs.
/// </summary>
/// <remarks>Thread-safe. A row reaches each model at most once. The small model is owned by the caller.</remarks>
internal sealed class CascadeModelRunner : DelegatingModelRunner, IStartupCheck
{
    private readonly Func<CascadeOptions, IModelRunner> _find;
    private readonly Func<CascadeOptions> _options;
    private readonly IDisposable? _owned;
    private readonly CascadeInstruments _instruments;
    private Small? _small;

    /// <param name="big">The inner runner.</param>
    /// <param name="find">Resolves the small model that the options name, on first use and after a change.</param>
    /// <param name="options">Returns the current options.</param>
    /// <param name="meters">Creates the meter; null to use a separate one.</param>
    /// <param name="owned">Disposed with this; may be null.</param>
    public CascadeModelRunner(IModelRunner big, Func<CascadeOptions, IModelRunner> find, Func<CascadeOptions> options, IMeterFactory? meters, IDisposable? owned)
        : base(big)
    {
        RequireRows(big.Info, "the large model");
        _options = options;
        _owned = owned;
        _find = find;
        _instruments = new CascadeInstruments(big.Info.Name, meters);
    }

    public override async ValueTask<NamedValues> RunAsync(NamedValues inputs, RunContext? context = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        Small small = Resolved() ?? await ResolveAsync(cancellationToken).ConfigureAwait(false);
        if (!BatchRows.TryCount(inputs, out int rows) || rows == 0)
        {
            return await Inner.RunAsync(inputs, context, cancellationToken).ConfigureAwait(false);
        }

        NamedValues quick;
        try
        {
            quick = await small.Runner.RunAsync(inputs, context, cancellationToken).ConfigureAwait(false);
        }
        catch (InferenceException exception) when (_options().GoOnAfterError && exception is not (InvalidInputException or DeadlineExceededException))
        {
            context?.Record.AddStep("cascade:error");
            return await Inner.RunAsync(inputs, context, cancellationToken).ConfigureAwait(false);
        }

        using (quick)
        {
            int[] unsure = Unsure(quick, rows, small.Threshold);
            Count(rows, unsure.Length, context);
            if (unsure.Length == 0)
            {
                if (context is not null)
                {
                    // The large model did not run, so its version did not serve.
                    context.Record.VersionServed ??= small.Version;
                }

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

    /// <inheritdoc/>
    public async ValueTask CheckAsync(CancellationToken cancellationToken = default)
    {
        await ResolveAsync(cancellationToken).ConfigureAwait(false);
        if (Inner.GetService<IStartupCheck>() is { } below)
        {
            await below.CheckAsync(cancellationToken).ConfigureAwait(false);
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
            throw new ModelRunException($"Model '{Info.Name}', cascade: expected the small model to return tensor '{threshold.Output}', which its threshold applies to, got none. Correct CascadeThreshold.Output.");
        }

        double[] confidences = new double[rows];
        threshold.Read(output, confidences);
        double least = _options().ThresholdValue ?? threshold.Threshold;
        var unsure = new List<int>(rows);
        for (int r = 0; r < rows; r++)
        {
            // Not the opposite comparison: NaN must count as not confident.
            if (!(confidences[r] >= least))
            {
                unsure.Add(r);
            }
        }

        return [.. unsure];
    }

    // The large model's outputs, in its order; further outputs of the small model are dropped.
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
                throw new ModelRunException($"Model '{Info.Name}', cascade, output '{port.Name}': expected one row of the same type and shape for each input row from both models, got {fromSmall} for {rows} rows from the small model and {fromBig} for {unsure.Length} rows from the large one. Use models whose outputs match.");
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
            : throw new ModelRunException($"Model '{Info.Name}', cascade: expected the {which} model to return tensor '{name}', an output of the large model, got none. Use models with the same outputs.");

    private void Count(int rows, int unsure, RunContext? context)
    {
        _instruments.Answered("small", rows - unsure);
        _instruments.Answered("big", unsure);
        context?.Record.AddStep($"cascade:{rows - unsure}/{rows}");
    }

    // Resolved again after a change of the options, which name the small model and may contain the threshold.
    private Small? Resolved() => Volatile.Read(ref _small) is { } small && small.Options == _options() ? small : null;

    private async ValueTask<Small> ResolveAsync(CancellationToken cancellationToken)
    {
        CascadeOptions options = _options();
        IModelRunner small = _find(options);
        await small.EnsureLoadedAsync(cancellationToken).ConfigureAwait(false);
        RequireRows(small.Info, "the small model");
        if (ModelSignature.Of(Info).WhyNotReplaceableBy(ModelSignature.Of(small.Info)) is { } reason)
        {
            throw new InferenceException($"Model '{Info.Name}', cascade: the small model '{small.Info.Name}' does not match the large one: {reason}. Use models with the same inputs and outputs.");
        }

        string where = $"Model '{Info.Name}', cascade, small model '{small.Info.Name}'";
        CascadeThreshold threshold = options.Threshold
            ?? (small.Info.Metadata.TryGetValue(CascadeThreshold.MetadataKey, out string? json)
                ? CascadeThreshold.Parse(json, where)
                : throw new InferenceException($"{where}: expected a threshold in its metadata '{CascadeThreshold.MetadataKey}' or in CascadeOptions.Threshold, found neither. Calibrate one, or set CascadeOptions.Threshold."));
        if (!small.Info.Outputs.Any(o => o.Name == threshold.Output))
        {
            throw new InferenceException($"{where}: expected the threshold to read an output of the model, got '{threshold.Output}'; the model has {string.Join(", ", small.Info.Outputs.Select(o => $"'{o.Name}'"))}. Correct the threshold's output.");
        }

        var resolved = new Small(small, threshold, options);
        Volatile.Write(ref _small, resolved);
        return resolved;
    }

    private void RequireRows(ModelInfo info, string which)
    {
        if (info.BatchAxis != 0 || !info.RowIndependent)
        {
            throw new InferenceException($"Model '{Info.Name}', cascade: {which} '{info.Name}': expected batch axis 0 and independent rows, got {(info.BatchAxis is { } axis ? $"batch axis {axis}" : "no batch axis")} and rows {(info.RowIndependent ? "" : "not proved ")}independent. If its rows are independent, set ModelLoadOptions.AssertRowIndependent.");
        }
    }

    private void Release()
    {
        _owned?.Dispose();
        _instruments.Dispose();
    }

    private sealed record Small(IModelRunner Runner, CascadeThreshold Threshold, CascadeOptions Options)
    {
        public string Version { get; } = Runner.Info.Version is { Length: > 0 } version ? $"{Runner.Info.Name}/{version}" : Runner.Info.Name;
    }
}
