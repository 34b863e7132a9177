using System.Runtime.ExceptionServices;
using Inference.Monitoring.Cells;
using Inference.Monitoring.Repeats;
using Inference.Monitoring.Windows;

namespace Inference.Monitoring.Collection;

/// <summary>Counts the rows of calls. Any number of threads may count; nothing is allocated once as many stripes exist as threads count at once.</summary>
internal sealed class Collector
{
    /// <summary>Rows that pass through all columns together: their values stay in the cache, and buffers on the stack are small.</summary>
    public const int BlockRows = 256;
    private readonly TensorPlan[] _plans;
    private readonly PairPlan? _pairs;
    private readonly JointPlan? _joints;
    private readonly MapTables? _maps;

    // Inputs come first.
    private readonly int _inputPlans;

    // The plans; the repeats, pairs and joint columns if there are any.
    private readonly int _parts;
    private readonly RepeatCounter? _repeats;
    private readonly StripeSet _stripes;
    private readonly SegmentReader? _segments;

    public Collector(WindowLayout layout)
    {
        Layout = layout;
        var encoders = new ColumnEncoder[layout.Columns.Length];
        for (int i = 0; i < encoders.Length; i++)
        {
            encoders[i] = new ColumnEncoder(layout.Columns[i]);
        }

        var plans = new List<TensorPlan>();
        int columns = Array.FindIndex(layout.Columns, static c => c.IsOfRow) is >= 0 and var pair ? pair : encoders.Length;
        for (int first = 0; first < columns;)
        {
            int end = first + 1;
            while (end < columns && IsSameTensor(layout.Columns[first], layout.Columns[end]))
            {
                end++;
            }

            plans.Add(new TensorPlan(layout, encoders, first, end - first));
            first = end;
        }

        _plans = [.. plans];
        _inputPlans = Array.FindLastIndex(_plans, static p => p.Side == ColumnSide.Input) + 1;
        int[] pairs = [.. Enumerable.Range(columns, encoders.Length - columns).Where(p => layout.Columns[p].Derivation == ColumnDerivation.Pair && !plans.Exists(plan => plan.Counts(p)))];
        _pairs = pairs.Length > 0 ? new PairPlan(layout, encoders, pairs) : null;
        _joints = Array.Exists(layout.Columns, static c => c.IsJoint) ? new JointPlan(layout, encoders) : null;
        _maps = MapTables.Of(layout.Columns);
        _repeats = RepeatCounter.Create(layout);
        _parts = _plans.Length + (_joints is not null ? 3 : _pairs is not null ? 2 : _repeats is not null ? 1 : 0);
        _stripes = new StripeSet(layout, plans.Select(static p => p.LargestRun).MaxBy(static r => r?.Count)?.CountsRemainder ?? 0);
        _segments = layout.Segments > 0 ? new SegmentReader(layout.Columns[layout.SegmentColumn], encoders[layout.SegmentColumn], layout.Segments) : null;
    }

    /// <summary>The columns and cells.</summary>
    public WindowLayout Layout { get; }

    /// <summary>The number of stripes, for tests.</summary>
    public int Stripes => _stripes.Count;

    /// <summary>Counts the rows of a call.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="outputs">The outputs; null if there are none.</param>
    /// <returns>Whether all tensors were as the profile says.</returns>
    public bool Collect(NamedValues inputs, NamedValues? outputs)
    {
        if (Take() is not { } stripe)
        {
            Skip(inputs, outputs);
            return true;
        }

        try
        {
            return Collect(stripe, inputs, outputs);
        }
        finally
        {
            stripe.Release();
        }
    }

    /// <summary>Takes a stripe, which the caller releases; null if all are held: the call is then counted by <see cref="Skip"/>.</summary>
    public Stripe? Take() => _stripes.Take();

    /// <summary>Counts a call that got no stripe.</summary>
    public void Skip(NamedValues? inputs, NamedValues? outputs) => _stripes.Skip(inputs is null ? 0 : RowsOf(inputs, outputs, new TensorValue?[_plans.Length]));

    /// <summary>Counts the rows of a call.</summary>
    /// <param name="stripe">A stripe that the caller has taken.</param>
    /// <param name="inputs">The inputs.</param>
    /// <param name="outputs">The outputs; null if there are none.</param>
    /// <param name="ownOutputs">Whether nobody else has the outputs yet, so that nobody disposes them meanwhile.</param>
    /// <returns>Whether all tensors were as the profile says.</returns>
    /// <exception cref="Exception">A tensor cannot be read: nothing was counted, or, if it was disposed meanwhile, all rows were, with missing values in its place.</exception>
    public bool Collect(Stripe stripe, NamedValues inputs, NamedValues? outputs, bool ownOutputs = false)
    {
        using NamedValues? flat = _maps?.Flatten(outputs);
        outputs = flat ?? outputs;
        bool whole = true;
        int held = 0;
        ExceptionDispatchInfo? error = null;
        Span<TensorValue?> tensors = stripe.Tensors(_plans.Length);
        try
        {
            int rows = RowsOf(inputs, outputs, tensors);
            Hold(tensors[..(ownOutputs ? _inputPlans : tensors.Length)], ref held);
            Require(tensors, ownOutputs ? _inputPlans : tensors.Length);
            Span<byte> segments = _segments is null ? [] : stackalloc byte[BlockRows];
            for (int start = 0; start < rows; start += BlockRows)
            {
                int count = Math.Min(rows - start, BlockRows);
                Span<byte> block = _segments is null ? [] : segments[..count];
                ReadSegments(inputs, outputs, start, block, ref error);
                for (int part = 0; part < _parts; part++)
                {
                    try
                    {
                        whole &= Collect(part, inputs, outputs, tensors, rows, start, count, block, stripe);
                    }
#pragma warning disable CA1031 // The other columns are counted, so that all have the same number of rows; the caller gets the exception then.
                    catch (Exception exception)
#pragma warning restore CA1031
                    {
                        error ??= ExceptionDispatchInfo.Capture(exception);
                    }
                }

                if (block.IsEmpty)
                {
                    stripe.SegmentRows[0] += count;
                }

                foreach (byte part in block)
                {
                    stripe.SegmentRows[part]++;
                }

                stripe.Rows += count;
                _stripes.EmptyIfFull(stripe);
            }

            stripe.Calls++;
            stripe.RowsSeen += rows;
            stripe.MismatchedCalls += whole && error is null ? 0 : 1;
            error?.Throw();
        }
        finally
        {
            EndHold(tensors[..held]);
            tensors.Clear();
        }

        return whole;
    }

    /// <summary>Counts a call whose rows are not counted, because it is not in the sample or has failed.</summary>
    /// <param name="stripe">A stripe that the caller has taken.</param>
    /// <param name="inputs">The inputs; null if the call has failed.</param>
    /// <param name="outputs">The outputs; null if there are none.</param>
    public void Pass(Stripe stripe, NamedValues? inputs, NamedValues? outputs)
    {
        if (inputs is null)
        {
            stripe.FailedCalls++;
            return;
        }

        Span<TensorValue?> tensors = stripe.Tensors(_plans.Length);
        stripe.RowsSeen += RowsOf(inputs, outputs, tensors);
        stripe.Calls++;
        tensors.Clear();
    }

    /// <summary>Moves everything counted so far to a window.</summary>
    public MonitoringWindow Drain(DateTimeOffset start, DateTimeOffset end)
    {
        MonitoringWindow window = _stripes.Drain();
        window.Start = start;
        window.End = end;
        return window;
    }

    /// <summary>The number of rows of a call: see <see cref="RowCount"/>; 0 for none.</summary>
    /// <param name="inputs">The inputs.</param>
    /// <param name="outputs">The outputs; null if there are none.</param>
    /// <param name="tensors">Becomes the tensor of each plan; null for one that the call has not.</param>
    private int RowsOf(NamedValues inputs, NamedValues? outputs, Span<TensorValue?> tensors)
    {
        bool any = false;
        for (int i = 0; i < tensors.Length; i++)
        {
            tensors[i] = Find(_plans[i], inputs, outputs);
            any |= tensors[i] is not null;
        }

        // Renamed throughout: the rows of whatever was passed are all missing.
        return any ? RowCount.Of(tensors) : inputs.Count > 0 && inputs.GetAt(0).Value is TensorValue other ? Math.Max(TensorPlan.RowsOf(other), 0) : 0;
    }

    /// <summary>Counts the columns of one tensor, the repeats, the pairs that no tensor has both columns of, or the joint columns.</summary>
    private bool Collect(int part, NamedValues inputs, NamedValues? outputs, ReadOnlySpan<TensorValue?> tensors, int rows, int start, int count, ReadOnlySpan<byte> block, Stripe stripe)
    {
        if (part < _plans.Length)
        {
            return _plans[part].Collect(tensors[part], rows, start, count, block, stripe);
        }

        switch (part - _plans.Length)
        {
            case 0: _repeats?.Count(inputs, rows, start, count, block, stripe.Memory, stripe.Counts); break;
            case 1: _pairs?.Collect(inputs, outputs, rows, start, count, block, stripe); break;
            default: _joints?.Collect(inputs, outputs, rows, start, count, block, stripe); break;
        }

        return true;
    }

    private void ReadSegments(NamedValues inputs, NamedValues? outputs, int start, Span<byte> block, ref ExceptionDispatchInfo? error)
    {
        try
        {
            _segments?.Read(inputs, outputs, start, block);
        }
#pragma warning disable CA1031 // Rows of an unknown segment are counted; the caller gets the exception then.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            error ??= ExceptionDispatchInfo.Capture(exception);
            block.Clear();
        }
    }

    /// <summary>Reads what can fail before anything is counted: of tensors that are not held, whether they are still there.</summary>
    private static unsafe void Require(ReadOnlySpan<TensorValue?> tensors, int held)
    {
        for (int i = 0; i < tensors.Length; i++)
        {
            if (tensors[i] is { } tensor && (i >= held || tensor.IsBorrowed))
            {
                TensorElements.Require(tensor);
            }
        }
    }

    /// <summary>Keeps the memory of a call's tensors from being reused while they are read: whoever disposes one meanwhile makes reading it fail, not read other rows.</summary>
    private static unsafe void Hold(ReadOnlySpan<TensorValue?> tensors, ref int held)
    {
        for (; held < tensors.Length; held++)
        {
            tensors[held]?.TryHold(out _);
        }
    }

    // No effect on a tensor that had nothing to hold.
    private static void EndHold(ReadOnlySpan<TensorValue?> tensors)
    {
        foreach (TensorValue? tensor in tensors)
        {
            tensor?.EndHold();
        }
    }

    private static TensorValue? Find(TensorPlan plan, NamedValues inputs, NamedValues? outputs)
    {
        NamedValues? values = plan.Side == ColumnSide.Input ? inputs : outputs;
        return values is not null && values.TryGetValue(plan.Name, out ModelValue? value) ? value as TensorValue : null;
    }

    private static bool IsSameTensor(ColumnDefinition one, ColumnDefinition two) => one.Side == two.Side && one.Tensor == two.Tensor;
}
