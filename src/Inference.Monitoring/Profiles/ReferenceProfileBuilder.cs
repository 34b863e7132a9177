using Inference.Monitoring.Cells;
using Inference.Monitoring.Collection;
using Inference.Monitoring.Profiles;
using Inference.Monitoring.Windows;

namespace Inference.Monitoring;

/// <summary>
/// Makes a <see cref="ReferenceProfile"/> from rows. Bins and categories are learned from the first rows, up to 131,072 or 256 MiB; these and all later rows are then counted, so that memory is bounded for any number of rows.
/// </summary>
/// <remarks>Not thread-safe. Dispose it to release the rows that it holds.</remarks>
public sealed class ReferenceProfileBuilder : IDisposable
{
    // Enough for bins whose shares are exact to a percent of themselves; as doubles, a column of them takes 1 MiB while it is sorted.
    internal const int MaxLearnedRows = 1 << 17;

    // Rows of images reach this first.
    internal const long MaxLearnedBytes = 256L << 20;
    private readonly ModelInfo? _model;
    private readonly ReferenceProfileOptions _options;
    private readonly List<ReferenceRows> _held = [];
    private long _heldBytes;
    private ProfileDraft? _draft;
    private Collector? _collector;
    private MapTables? _maps;
    private readonly SeasonClock? _clock;
    private readonly SeasonCounter? _seasons;

    /// <summary>Creates a builder.</summary>
    /// <param name="model">The model that the profile is for; null for rows without a model.</param>
    /// <param name="options">How the profile is made; null for the defaults.</param>
    public ReferenceProfileBuilder(ModelInfo? model = null, ReferenceProfileOptions? options = null)
    {
        _model = model;
        _options = options ?? new ReferenceProfileOptions();
        _clock = _options.Season == ProfileSeason.None ? null : new SeasonClock(_options.Season, _options.SeasonTimeZone);
        _seasons = _clock is null ? null : new SeasonCounter(_clock);
    }

    /// <summary>The number of rows added.</summary>
    public long Rows { get; private set; }

    /// <summary>Adds rows. Values are read, or held by references of the builder's own.</summary>
    /// <param name="inputs">The inputs of a call; rows along axis 0. Tensors of another size there than most have are left out.</param>
    /// <param name="outputs">Its outputs; null if they are not watched.</param>
    /// <param name="labels">The true label of each row; null for none.</param>
    /// <param name="times">The time of each row, for a profile with seasons; null without.</param>
    /// <exception cref="MonitoringException">The number of labels or times differs from that of rows, or columns cannot be learned.</exception>
    public void Add(NamedValues inputs, NamedValues? outputs = null, TensorValue? labels = null, IReadOnlyList<DateTimeOffset>? times = null)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        int rows = CountRows(inputs, outputs);
        if (labels is not null && labels.ElementCount != rows)
        {
            throw new MonitoringException($"Reference profile: expected a label for each of {rows} rows, got {labels}. Pass labels of shape [{rows}].");
        }

        if (_seasons is not null && times?.Count != rows)
        {
            throw new MonitoringException($"Reference profile with seasons: expected a time for each of {rows} rows, got {times?.Count ?? 0}. Pass the times of the rows, or make a profile without seasons.");
        }

        var batch = new ReferenceRows(inputs, outputs, labels, rows) { Seasons = _seasons?.SeasonsOf(times!) };
        Rows += rows;
        if (_draft is not null)
        {
            using ReferenceRows? flat = _maps is null ? null : batch.WithMaps(_maps);
            Count(flat ?? batch);
            return;
        }

        ReferenceRows held = batch.Retain();
        _held.Add(held);
        _heldBytes += held.Bytes;
        if (Rows >= MaxLearnedRows || _heldBytes >= MaxLearnedBytes)
        {
            Learn();
        }
    }

    /// <summary>Returns the profile of the rows added so far; more rows may be added afterwards.</summary>
    /// <exception cref="MonitoringException">There are no rows, or none of their tensors can be watched.</exception>
    public ReferenceProfile Build()
    {
        if (Rows == 0)
        {
            throw new MonitoringException("Reference profile: expected at least one row, got none. Add rows before the profile is built.");
        }

        Learn();
        _draft!.Add(_collector!.Drain(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch));
        if (_seasons is not null)
        {
            _draft.Add(_seasons.Drain());
        }

        return _draft.Complete(_model, _options, _clock);
    }

    /// <inheritdoc/>
    public void Dispose() => Release();

    internal static int CountRows(NamedValues inputs, NamedValues? outputs)
    {
        TensorValue[] tensors = [.. inputs.Concat(outputs ?? []).Select(static v => v.Value).OfType<TensorValue>().Where(static t => ReferenceRows.RowsOf(t) <= int.MaxValue)];
        if (tensors.Length > 0 && inputs.Any(static v => v.Value is TensorValue))
        {
            return RowCount.Of(tensors);
        }

        throw new MonitoringException("Reference profile: expected at least one input tensor, got none. Pass the tensors that the model is called with.");
    }

    private void Learn()
    {
        if (_draft is not null)
        {
            return;
        }

        _maps = MapTables.Learn(_held.Where(static r => r.Outputs is not null).Select(static r => r.Outputs!));
        for (int i = 0; _maps is not null && i < _held.Count; i++)
        {
            ReferenceRows before = _held[i];
            if (before.WithMaps(_maps) is { } flat)
            {
                _held[i] = flat;
                before.Dispose();
            }
        }

        _draft = ProfileDraft.Learn(_held, _model, _options, _maps);
        _collector = new Collector(_draft.HeldLayout);
        _seasons?.Begin(_draft.HeldLayout);
        foreach (ReferenceRows rows in _held)
        {
            Count(rows);
        }

        _draft.Add(_collector.Drain(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch));
        _collector = new Collector(_draft.Layout);
        if (_seasons is not null)
        {
            _draft.Add(_seasons.Drain());
            _seasons.Begin(_draft.Layout);
        }

        Release();
    }

    private void Count(ReferenceRows rows)
    {
        _collector!.Collect(rows.Inputs, rows.Outputs);
        _seasons?.Count(rows);
        _draft!.AddLabels(rows);
    }

    private void Release()
    {
        foreach (ReferenceRows rows in _held)
        {
            rows.Dispose();
        }

        _held.Clear();
    }
}
