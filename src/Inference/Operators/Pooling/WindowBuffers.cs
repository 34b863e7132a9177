using System.Numerics;
using Inference.Kernels.Memory;

namespace Inference.Operators.Pooling;

/// <summary>What a thread needs to make rows of windows.</summary>
internal readonly unsafe ref struct WindowBuffers<C> : IDisposable
    where C : unmanaged, INumber<C>
{
    private readonly AlignedScratch<C> _rows;
    private readonly AlignedScratch<C> _phases;
    private readonly AlignedScratch<C> _halves;
    private readonly AlignedScratch<C> _counts;
    private readonly AlignedScratch<nint> _taps;

    /// <param name="tables">The layout.</param>
    /// <param name="pad">The value of pads.</param>
    public WindowBuffers(in PlaneWindowTables<C> tables, C pad)
    {
        bool split = tables.Stride > 1;
        _rows = new AlignedScratch<C>(tables.RowElements);
        _phases = new AlignedScratch<C>(tables.Picks ? tables.RowsAtOnce * tables.PickedPitch : split ? tables.Stride * tables.PhaseLength : 0);
        _halves = new AlignedScratch<C>(tables.Picks ? tables.RowElements : tables.Stride == 4 ? 4 * tables.PhaseLength : 0);
        _counts = new AlignedScratch<C>(tables.RowsAtOnce);
        _taps = new AlignedScratch<nint>(tables.LeadingTaps);
        _rows.Span.Fill(pad);
        Source = split ? _phases.Pointer : _rows.Pointer;
        SourceEnd = Source + (split ? _phases.Count : _rows.Count);
    }

    /// <summary>Folded rows with their pads.</summary>
    public C* Rows => _rows.Pointer;

    /// <summary>The same, taken apart by the stride, or picked windows.</summary>
    public C* Phases => _phases.Pointer;

    /// <summary>What taking apart needs, or rows of windows at every place.</summary>
    public C* Halves => _halves.Pointer;

    /// <summary>For each row, how many rows of its windows count.</summary>
    public C* Counts => _counts.Pointer;

    /// <summary>A list of taps.</summary>
    public nint* Taps => _taps.Pointer;

    /// <summary>Where the last pass reads: phases or picked windows, or the rows themselves with a stride of 1.</summary>
    public C* Source { get; }

    public C* SourceEnd { get; }

    public void Dispose()
    {
        _taps.Dispose();
        _counts.Dispose();
        _halves.Dispose();
        _phases.Dispose();
        _rows.Dispose();
    }
}
