using Inference.Caching.Diagnostics;
using Inference.Caching.SecondLevel;
using Inference.Caching.Store;
using Inference.Caching.Units;
using Inference.Rows;

namespace Inference.Caching.Flights;

/// <summary>Obtains the missing units of a call: from another call that is computing them, from the second level, or from the model. Thread-safe.</summary>
internal sealed class MissRunner(
    IModelRunner inner,
    TimeProvider clock,
    RowStore store,
    bool whole,
    SecondLevelCache? secondLevel,
    AdmissionController admission,
    CacheInstruments instruments)
{
    // A call joins another flight a few times when the one it waited for was cancelled; after that it runs its own rows.
    private const int MostAttempts = 4;

    // Timers take 2³¹ − 1 ms, 24.8 days, and some not more.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(24);

    // The model's own runner calls no pipeline: what it runs need not be marked.
    private readonly bool _callsNobody = inner is IBindable;
    private readonly LayoutCatalog _outputLayouts = new(null, whole);

    /// <summary>Completes the entries of a call and assembles its outputs.</summary>
    /// <param name="query">The call.</param>
    /// <param name="slots">Its units with their keys, and the entries found.</param>
    /// <param name="context">The call's context.</param>
    /// <param name="start">When the call came.</param>
    /// <param name="options">The options.</param>
    /// <param name="cancellationToken">The call's token.</param>
    public async ValueTask<NamedValues> RunAsync(
        UnitQuery query, UnitSlot[] slots, RunContext? context, long start, CachingOptions options, CancellationToken cancellationToken)
    {
        int epoch = store.Epoch;
        int hits = slots.Count(s => s.Entry is not null);
        for (int attempt = 0; ; attempt++)
        {
            MissPlan plan = Plan(query, slots, options.SingleFlight && attempt < MostAttempts);
            if (plan.Leads.Count > 0
                && await RunLeadsAsync(query, plan, slots, context, start, epoch, options, cancellationToken).ConfigureAwait(false) is { } complete)
            {
                context?.Record.AddStep("cache:miss");
                return complete;
            }

            bool missing = false;
            foreach ((int unit, Flight flight) in plan.Follows)
            {
                slots[unit].Entry = await FollowAsync(flight, context, cancellationToken).ConfigureAwait(false);
                missing |= slots[unit].Entry is null;
            }

            if (!missing)
            {
                instruments.Rows("shared", plan.Follows.Count);
                break;
            }
        }

        context?.Record.AddStep(hits == 0 ? "cache:miss" : $"cache:{hits}/{query.Units}");
        return TryAssemble(slots) ?? await inner.RunAsync(query.Inputs, context, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Assembles the outputs from the entries; null if their layouts differ, so that they do not fit in one tensor.</summary>
    public static NamedValues? TryAssemble(ReadOnlySpan<UnitSlot> slots)
    {
        UnitLayout layout = slots[0].Entry!.OutputLayout!;
        foreach (UnitSlot slot in slots)
        {
            if (!layout.SameAs(slot.Entry!.OutputLayout!))
            {
                return null;
            }
        }

        NamedValues outputs = layout.Allocate(slots.Length);
        for (int unit = 0; unit < slots.Length; unit++)
        {
            layout.Write(slots[unit].Entry!.Outputs, outputs, unit);
        }

        return outputs;
    }

    private MissPlan Plan(in UnitQuery query, UnitSlot[] slots, bool share)
    {
        var plan = new MissPlan();
        try
        {
            long now = clock.GetTimestamp();
            for (int unit = 0; unit < slots.Length; unit++)
            {
                if (slots[unit].Entry is null)
                {
                    Place(plan, query, unit, ref slots[unit], share, now);
                }
            }

            return plan;
        }
        catch
        {
            // Others may wait for flights that were started before the inputs turned out to be unreadable.
            GiveUp(plan.Leads);
            throw;
        }
    }

    private void Place(MissPlan plan, in UnitQuery query, int unit, ref UnitSlot slot, bool share, long now)
    {
        Flight? flight = null;
        bool leads = false;
        if (share)
        {
            flight = store.For(slot.Key).Join(slot.Key, query.Owner, query.Layout, query.Inputs, unit, now, out CacheEntry? entry, out leads);
            if (entry is not null)
            {
                slot.Entry = entry;
                return;
            }
        }

        if (flight is not null && !leads && MayFollow(flight))
        {
            plan.Follows.Add((unit, flight));
        }
        else
        {
            Flight? own = leads ? flight : null;
            plan.Leads.Add(new(unit, own?.Draft ?? new CacheEntry(slot.Key, query.Owner, query.Layout, query.Layout.Read(query.Inputs, unit)), own));
        }
    }

    // Two calls that waited for each other's flights would wait for ever, and so would threads of the pool for one that needs the pool: they run the unit themselves.
    private bool MayFollow(Flight flight)
    {
        if (MissScope.IsInside(this, flight))
        {
            throw new InferenceException(
                $"Model '{inner.Info.Name}': expected calls for other rows, got one for a row from that row's own run below UseCaching (UseCaching → {inner.GetType().Name} → UseCaching), which would wait for itself. Call the runner below the stage, or set RunContext.BypassCache.");
        }

        return !MissScope.IsInside(this) && (flight.IsSynchronous || !SynchronousCall.IsCurrent);
    }

    // Returns the model's own outputs if it ran every unit of the call in order; otherwise completes the entries.
    private async Task<NamedValues?> RunLeadsAsync(
        UnitQuery query, MissPlan plan, UnitSlot[] slots, RunContext? context, long start, int epoch, CachingOptions options, CancellationToken cancellationToken)
    {
        List<Lead> leads = plan.Leads;
        int led = leads.Count;
        try
        {
            if (secondLevel is not null && options.SecondLevel.Enabled)
            {
                SecondLevelKey[] keys = await secondLevel.FindAsync(leads.ConvertAll(l => l.Draft), _outputLayouts, options.SecondLevel, cancellationToken).ConfigureAwait(false);
                for (int i = keys.Length - 1; i >= 0; i--)
                {
                    if (leads[i].Draft.OutputLayout is null)
                    {
                        leads[i] = leads[i] with { OutsideKey = keys[i] };
                        continue;
                    }

                    slots[leads[i].Unit].Entry = leads[i].Draft;
                    Keep(leads[i].Draft, leads[i].Flight, epoch, options);
                    leads.RemoveAt(i);
                }

                instruments.Rows("second_level", led - leads.Count);
                if (leads.Count == 0)
                {
                    return null;
                }
            }

            instruments.Rows("miss", leads.Count);
            bool all = leads.Count == query.Units;
            using NamedValues? some = all ? null : BatchRows.Take(query.Inputs, [.. leads.Select(l => l.Unit)]);
            MissScope? scope = _callsNobody ? null : MissScope.Enter(this, leads);
            long before = clock.GetTimestamp();
            NamedValues outputs;
            try
            {
                outputs = await inner.RunAsync(some ?? query.Inputs, context, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                scope?.End();
            }

            long after = clock.GetTimestamp();
            bool kept = TryKeep(outputs, leads, slots, epoch, options);
            if (options.Adaptive)
            {
                admission.Record(leads.Count, after - before, before - start + clock.GetTimestamp() - after);
            }

            if (all)
            {
                return outputs;
            }

            outputs.Dispose();
            return kept ? null : throw new ModelRunException(
                $"Model '{inner.Info.Name}': expected output tensors with one row for each of the {leads.Count} input rows, got other shapes. Remove UseCaching, or do not set AssertRowIndependent.");
        }
        catch (Exception exception)
        {
            // A deterministic model would fail for the same row again. A failure of several rows, or one caused by this caller, implies nothing for the others.
            bool certain = led == 1 && exception is ModelRunException or InvalidInputException;
            GiveUp(leads, certain ? exception : null);
            throw;
        }
    }

    private bool TryKeep(NamedValues outputs, List<Lead> leads, UnitSlot[] slots, int epoch, CachingOptions options)
    {
        UnitLayout? layout = _outputLayouts.Find(outputs);
        if (layout is null || (!whole && ((TensorValue)outputs.GetAt(0).Value).Shape[0] != leads.Count))
        {
            GiveUp(leads);
            return false;
        }

        for (int i = 0; i < leads.Count; i++)
        {
            (int unit, CacheEntry draft, Flight? flight, SecondLevelKey? key) = leads[i];
            draft.Complete(layout, layout.Read(outputs, i));
            slots[unit].Entry = draft;
            Keep(draft, flight, epoch, options);
            if (options.SecondLevel.Enabled)
            {
                secondLevel?.Write(draft, key, options.SecondLevel, () => epoch == store.Epoch);
            }
        }

        return true;
    }

    private void Keep(CacheEntry entry, Flight? flight, int epoch, CachingOptions options)
    {
        if (options.TimeToLive is { } life)
        {
            entry.ExpiresAt = clock.GetTimestamp() + (long)(life.TotalSeconds * clock.TimestampFrequency);
        }

        store.Add(entry, epoch);
        End(flight, landed: true);
    }

    private void GiveUp(List<Lead> leads, Exception? error = null)
    {
        foreach (Lead lead in leads)
        {
            End(lead.Flight, landed: false, error);
        }
    }

    private void End(Flight? flight, bool landed, Exception? error = null)
    {
        if (flight is not null)
        {
            store.For(flight.Draft.Key).Leave(flight);
            flight.End(landed, error);
        }
    }

    private async Task<CacheEntry?> FollowAsync(Flight flight, RunContext? context, CancellationToken cancellationToken)
    {
        if (SynchronousCall.IsCurrent && ReferenceEquals(clock, TimeProvider.System))
        {
            // On this thread: a continuation would need one of the pool.
            WaitHere(flight.Landed, context?.Deadline, cancellationToken);
        }

        if (context?.Deadline is not { } deadline || flight.Landed.IsCompleted)
        {
            return await flight.Landed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        try
        {
            return await flight.Landed.WaitAsync(Left(deadline), clock, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw Late(deadline);
        }
    }

    private void WaitHere(Task landed, DateTimeOffset? deadline, CancellationToken cancellationToken)
    {
        bool ended;
        try
        {
            ended = landed.Wait(deadline is { } end ? Left(end) : Timeout.InfiniteTimeSpan, cancellationToken);
        }
        catch (AggregateException)
        {
            ended = true;
        }

        if (!ended)
        {
            throw Late(deadline!.Value);
        }
    }

    // Timers reach no further than some 49 days.
    private TimeSpan Left(DateTimeOffset deadline)
    {
        TimeSpan left = deadline - clock.GetUtcNow();
        return left <= TimeSpan.Zero ? TimeSpan.Zero : left < LongestWait ? left : LongestWait;
    }

    private DeadlineExceededException Late(DateTimeOffset deadline) =>
        new($"Model '{inner.Info.Name}': the deadline {deadline:O} passed while another call computed the same row. Set a later deadline.") { Deadline = deadline };
}
