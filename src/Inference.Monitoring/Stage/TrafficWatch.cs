using System.Globalization;
using Inference.Monitoring.Records;

namespace Inference.Monitoring.Stage;

/// <summary>Watches whether calls come, and how many rows. Time is that of a clock that cannot be set. Not thread-safe.</summary>
/// <remarks><para>Freshness: a pause is too long if it exceeds the stated limit, or, once a week was seen, both twice the longest pause of that time and ten buckets more. A pause that was found too long is learned only if a person acknowledged it.</para>
/// <para>Volume: rows are summed over slots of ten minutes, or of a bucket where it is longer, and compared with those of the same hour of the day in the last two to four weeks, once a week was seen. If the n + 1 slots of an hour are exchangeable, one has less than half of the smallest
/// or more than twice the largest with a probability of at most 1 ÷ (n + 1): E = 1/2 + (n + 1)/2 where it does, and 1/2 where not, has a mean of at most 1, and R ← (R + 1)·E over slots is an e-detector, whose crossing of the run length is the alarm. Slots out of range are learned
/// when it is not reached.</para></remarks>
internal sealed class TrafficWatch
{
    // Two generations of two weeks each are compared with.
    private const int Hours = 24;
    private const int MinSlots = 7;
    private const int KeptSlots = 6;
    private static readonly TimeSpan s_slot = TimeSpan.FromMinutes(10), s_week = TimeSpan.FromDays(7), s_generation = TimeSpan.FromDays(14);

    private readonly TimeSpan? _limit;
    private readonly TimeSpan _margin;
    private readonly TimeSpan _slot;
    private readonly long _least;
    private readonly double _runLength;
    private readonly List<(int Hour, long Rows)> _outside = [];
    private SlotRange[] _now = new SlotRange[Hours];
    private SlotRange[] _before = new SlotRange[Hours];
    private TimeSpan _generation;
    private TimeSpan _seen;
    private TimeSpan _learned;
    private TimeSpan _pause;
    private TimeSpan _longest;
    private TimeSpan _slotTime;
    private long _slotRows;
    private double _low;
    private double _high;
    private int _kept;
    private bool _any;
    private bool _stale;
    private bool _accepted;
    private int _volume;

    /// <param name="bucket">The duration of a bucket.</param>
    /// <param name="expectedFalseAlarms">The time between two false alarms of the volume.</param>
    /// <param name="limit">The longest pause; null for the learned one.</param>
    /// <param name="minimumRows">Fewer rows in a slot are not many.</param>
    public TrafficWatch(TimeSpan bucket, TimeSpan expectedFalseAlarms, TimeSpan? limit, int minimumRows)
    {
        _limit = limit;
        _margin = 10 * bucket;
        _slot = bucket > s_slot ? bucket : s_slot;
        _least = minimumRows;
        _runLength = Math.Max(expectedFalseAlarms / _slot, 2);
    }

    /// <summary>What is wrong; empty for nothing.</summary>
    public IEnumerable<RuleSnapshot> Findings
    {
        get
        {
            if (_stale)
            {
                yield return new RuleSnapshot("freshness", MonitoringState.Alarm, string.Create(CultureInfo.InvariantCulture, $"no calls for {Text(_pause)}, at most {Text(Limit()!.Value)} are usual"));
            }

            if (_volume != 0)
            {
                yield return new RuleSnapshot("volume", MonitoringState.Alarm, _volume < 0 ? "less than half of the fewest rows that are usual at this hour" : "more than twice the most rows that are usual at this hour");
            }
        }
    }

    /// <summary>Takes what was found for usual.</summary>
    public void Acknowledge()
    {
        _accepted = _stale;
        if (_volume != 0)
        {
            LearnOutside();
        }
    }

    /// <summary>Forgets what was learned of hours: the clock was set.</summary>
    public void ForgetHours()
    {
        (_now, _before) = (new SlotRange[Hours], new SlotRange[Hours]);
        (_generation, _learned, _slotTime, _slotRows, _low, _high, _volume) = (default, default, default, 0, 0, 0, 0);
        _outside.Clear();
    }

    /// <summary>Adds a bucket.</summary>
    /// <param name="rows">The rows that passed in it.</param>
    /// <param name="calls">The calls in it, with those that failed.</param>
    /// <param name="elapsed">The time since the last bucket.</param>
    /// <param name="hour">The hour of the day, 0 to 23.</param>
    public void Add(long rows, long calls, TimeSpan elapsed, int hour)
    {
        AddPause(calls, elapsed);
        if (!_any)
        {
            // A model that was never called has no usual volume.
            return;
        }

        _learned += elapsed;
        _slotTime += elapsed;
        _slotRows += rows;
        if (_slotTime >= _slot)
        {
            // A timer that stood still says nothing.
            if (_slotTime <= 2 * _slot)
            {
                EndSlot(hour, (long)(_slotRows * (_slot / _slotTime)));
            }

            (_slotTime, _slotRows) = (default, 0);
        }

        _generation += elapsed;
        if (_generation >= s_generation)
        {
            (_before, _now, _generation) = (_now, new SlotRange[Hours], default);
        }
    }

    /// <summary>Writes what was learned and the evidence.</summary>
    public void Save(RecordWriter writer)
    {
        foreach (TimeSpan time in (ReadOnlySpan<TimeSpan>)[_generation, _seen, _learned, _pause, _longest])
        {
            writer.Number(time.Ticks);
        }

        writer.Flag(_any);
        writer.Flag(_stale);
        writer.Number(_volume + 1);
        writer.Number(_kept);
        writer.Double(_low);
        writer.Double(_high);
        foreach (SlotRange[] ranges in (SlotRange[][])[_now, _before])
        {
            foreach (SlotRange range in ranges)
            {
                writer.Number(range.Least);
                writer.Number(range.Most);
                writer.Number(range.Slots);
            }
        }
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public void Load(ref RecordReader reader)
    {
        (_generation, _seen, _learned, _pause, _longest) = (Time(ref reader), Time(ref reader), Time(ref reader), Time(ref reader), Time(ref reader));
        (_any, _stale, _volume, _kept, _low, _high) = (reader.Flag(), reader.Flag(), reader.Int(2) - 1, reader.Int(), reader.Double(), reader.Double());
        foreach (SlotRange[] ranges in (SlotRange[][])[_now, _before])
        {
            for (int i = 0; i < Hours; i++)
            {
                ranges[i] = new SlotRange(reader.Number(), reader.Number(), reader.Int());
            }
        }

        // Nobody knows how long the process was away.
        _stale &= Limit() is { } limit && _pause > limit;
    }

    private static TimeSpan Time(ref RecordReader reader) => new(Math.Min(reader.Number(), TimeSpan.FromDays(36_500).Ticks));

    private TimeSpan? Limit() => _limit ?? (_any && _seen >= s_week ? (2 * _longest > _longest + _margin ? 2 * _longest : _longest + _margin) : null);

    private void AddPause(long calls, TimeSpan elapsed)
    {
        _seen += _any ? elapsed : default;
        if (calls == 0)
        {
            _pause += _any || _limit is not null ? elapsed : default;
            _stale = Limit() is { } limit && _pause > limit;
            return;
        }

        if (_any && _pause > _longest && (!_stale || _accepted))
        {
            _longest = _pause;
        }

        (_any, _pause, _stale, _accepted) = (true, default, false, false);
    }

    private void EndSlot(int hour, long rows)
    {
        SlotRange usual = _now[hour].With(_before[hour]);
        bool judged = _learned >= s_week && usual.Slots >= MinSlots, low = judged && 2 * rows < usual.Least, high = judged && rows > Math.Max(2 * usual.Most, _least);
        if (!low && !high)
        {
            _now[hour] = _now[hour].With(new SlotRange(rows, rows, 1));
        }
        else
        {
            _outside.Add((hour, rows));
        }

        if (!judged)
        {
            return;
        }

        double hit = 0.5 + (0.5 * (usual.Slots + 1));
        _low = Math.Min((_low + 1) * (low ? hit : 0.5), 1e100);
        _high = Math.Min((_high + 1) * (high ? hit : 0.5), 1e100);
        _kept = low || high ? 0 : _kept + 1;
        if ((_low + _high) / 2 >= _runLength)
        {
            _volume = _low > _high ? -1 : 1;
            (_low, _high) = (0, 0);
        }

        if (_kept >= KeptSlots)
        {
            if (_volume == 0)
            {
                LearnOutside();
            }

            _volume = 0;
            _outside.Clear();
        }
        else if (_outside.Count > 7 * Hours * 6)
        {
            // A week of it is usual.
            LearnOutside();
        }
    }

    private void LearnOutside()
    {
        foreach ((int hour, long rows) in _outside)
        {
            _now[hour] = _now[hour].With(new SlotRange(rows, rows, 1));
        }

        _outside.Clear();
        (_volume, _low, _high) = (0, 0, 0);
    }

    private static string Text(TimeSpan time) =>
        time >= TimeSpan.FromDays(2) ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0.#} days")
        : time >= TimeSpan.FromHours(2) ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.#} hours")
        : time >= TimeSpan.FromMinutes(2) ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0.#} minutes")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} seconds");
}
