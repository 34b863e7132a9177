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
    private readonly PairPlan _pairs;
    private readonly JointPlan _joints;
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
        _pairs = new PairPlan(layout, encoders, [.. Enumerable.Range(columns, encoders.Length - columns).Where(p => layout.Columns[p].Derivation == ColumnDerivation.Pair && !plans.Exists(plan => plan.Counts(p)))]);
        _joints = new JointPlan(layout, encoders);
        _repeats = RepeatCounter.Create(layout);
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
        Stripe? stripe = _stripes.Take();
        if (stripe is null)
        {
            _stripes.Skip(RowsOf(inputs, outputs, new TensorValue?[_plans.Length]));
            return true;
        }

        bool whole = true;
        int held = 0;
        Span<TensorValue?> tensors = stripe.Tensors(_plans.Length);
        try
        {
            int rows = RowsOf(inputs, outputs, tensors);
            Hold(tensors, ref held);
            Span<byte> segments = stackalloc byte[BlockRows];
            for (int start = 0; start < rows; start += BlockRows)
            {
                int count = Math.Min(rows - start, BlockRows);
                Span<byte> block = _segments is null ? [] : segments[..count];
                _segments?.Read(inputs, outputs, start, block);
                for (int i = 0; i < _plans.Length; i++)
                {
                    whole &= _plans[i].Collect(tensors[i], rows, start, count, block, stripe);
                }

                _repeats?.Count(inputs, rows, start, count, block, stripe.Memory, stripe.Counts);
                _pairs.Collect(inputs, outputs, rows, start, count, block, stripe);
                _joints.Collect(inputs, outputs, rows, start, count, block, stripe);
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
            stripe.MismatchedCalls += whole ? 0 : 1;
        }
        finally
        {
            EndHold(tensors[..held]);
            tensors.Clear();
            stripe.Release();
        }

        return whole;
    }

    /// <summary>Counts a call whose rows are not counted, because it is not in the sample or has failed.</summary>
    public void Pass(NamedValues? inputs, NamedValues? outputs, bool failed)
    {
        if (_stripes.Take() is not { } stripe)
        {
            _stripes.Skip(inputs is null ? 0 : RowsOf(inputs, outputs, new TensorValue?[_plans.Length]));
            return;
        }

        Span<TensorValue?> tensors = stripe.Tensors(_plans.Length);
        try
        {
            stripe.RowsSeen += inputs is null ? 0 : RowsOf(inputs, outputs, tensors);
            stripe.Calls += failed ? 0 : 1;
            stripe.FailedCalls += failed ? 1 : 0;
        }
        finally
        {
            tensors.Clear();
            stripe.Release();
        }
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
