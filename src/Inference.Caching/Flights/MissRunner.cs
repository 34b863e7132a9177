using Inference.Caching.Diagnostics;
using Inference.Caching.SecondLevel;
using Inference.Caching.Store;
using Inference.Caching.Units;
using Inference.Rows;

namespace Inference.Caching.Flights;

/// <summary>Gets the missing units of a call answered: by another call that is about it, by the second level, else by the model. Thread-safe.</summary>
internal sealed class MissRunner(
    IModelRunner inner,
    TimeProvider clock,
    RowStore store,
    bool whole,
    SecondLevelCache? secondLevel,
    AdmissionController admission,
    CacheInstruments instruments)
{
    // A flight that was given up is joined anew a few times: those who cancel are few, and then everybody helps himself.
    private const int MostAttempts = 4;
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(24);
    private readonly LayoutCatalog _outputLayouts = new(null, whole);

    /// <summary>Completes the entries of a call and puts its outputs together.</summary>
    /// <param name="query">The call.</param>
    /// <param name="entries">The entries found; null where a unit is missing.</param>
    /// <param name="context">The call's context.</param>
    /// <param name="start">When the call came.</param>
    /// <param name="options">The options.</param>
    /// <param name="cancellationToken">The call's token.</param>
    public async ValueTask<NamedValues> RunAsync(
        UnitQuery query, CacheEntry?[] entries, RunContext? context, long start, CachingOptions options, CancellationToken cancellationToken)
    {
        int epoch = store.Epoch;
        int hits = entries.Count(e => e is not null);
        for (int attempt = 0; ; attempt++)
        {
            MissPlan plan = Plan(query, entries, options.SingleFlight && attempt < MostAttempts);
            if (plan.Leads.Count > 0
                && await RunLeadsAsync(query, plan, entries, context, start, epoch, options, cancellationToken).ConfigureAwait(false) is { } complete)
            {
                context?.Record.AddStep("cache:miss");
                return complete;
            }

            bool missing = false;
            foreach ((int unit, Flight flight) in plan.Follows)
            {
                entries[unit] = await FollowAsync(flight, context, cancellationToken).ConfigureAwait(false);
                missing |= entries[unit] is null;
            }

            if (!missing)
            {
                instruments.Rows("shared", plan.Follows.Count);
                break;
            }
        }

        context?.Record.AddStep(hits == 0 ? "cache:miss" : $"cache:{hits}/{query.Units}");
        return TryAssemble(entries) ?? await inner.RunAsync(query.Inputs, context, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The outputs made of the entries; null where their layouts differ, so that they do not fit in one tensor.</summary>
    public static NamedValues? TryAssemble(ReadOnlySpan<CacheEntry?> entries)
    {
        UnitLayout layout = entries[0]!.OutputLayout!;
        foreach (CacheEntry? entry in entries)
        {
            if (!layout.SameAs(entry!.OutputLayout!))
            {
                return null;
            }
        }

        NamedValues outputs = layout.Allocate(entries.Length);
        for (int unit = 0; unit < entries.Length; unit++)
        {
            layout.Write(entries[unit]!.Outputs, outputs, unit);
        }

        return outputs;
    }

    private MissPlan Plan(in UnitQuery query, CacheEntry?[] entries, bool share)
    {
        var plan = new MissPlan();
        try
        {
            long now = clock.GetTimestamp();
            for (int unit = 0; unit < entries.Length; unit++)
            {
                if (entries[unit] is null)
                {
                    Place(plan, query, unit, entries, share, now);
                }
            }

            return plan;
        }
        catch
        {
            // Others may wait for flights that were started before the inputs turned out to be unreadable.
            foreach ((_, _, Flight? flight) in plan.Leads)
            {
                End(flight, static f => f.GiveUp());
            }

            throw;
        }
    }

    private void Place(MissPlan plan, in UnitQuery query, int unit, CacheEntry?[] entries, bool share, long now)
    {
        UInt128 key = query.KeyOf(unit);
        Flight? flight = null;
        bool leads = false;
        if (share)
        {
            flight = store.For(key).Join(key, query.Tenant, query.Layout, query.Inputs, unit, now, out entries[unit], out leads);
            if (entries[unit] is not null)
            {
                return;
            }
        }

        if (flight is not null && !leads)
        {
            plan.Follows.Add((unit, flight));
        }
        else
        {
            plan.Leads.Add((unit, flight?.Draft ?? new CacheEntry(key, query.Tenant, query.Layout, query.Layout.Read(query.Inputs, unit)), flight));
        }
    }

    // Returns the model's own outputs where it ran every unit of the call in order; else completes the entries.
    private async Task<NamedValues?> RunLeadsAsync(
        UnitQuery query, MissPlan plan, CacheEntry?[] entries, RunContext? context, long start, int epoch, CachingOptions options, CancellationToken cancellationToken)
    {
        List<(int Unit, CacheEntry Draft, Flight? Flight)> leads = plan.Leads;
        int led = leads.Count;
        try
        {
            if (secondLevel is not null && options.SecondLevel.Enabled)
            {
                await secondLevel.FindAsync(leads.ConvertAll(l => l.Draft), options.SecondLevel, cancellationToken).ConfigureAwait(false);
                for (int i = leads.Count - 1; i >= 0; i--)
                {
                    if (leads[i].Draft.OutputLayout is not null)
                    {
                        entries[leads[i].Unit] = leads[i].Draft;
                        Keep(leads[i].Draft, leads[i].Flight, epoch, options);
                        leads.RemoveAt(i);
                    }
                }

                instruments.Rows("second_level", led - leads.Count);
                if (leads.Count == 0)
                {
                    return null;
                }
            }

            instruments.Rows("miss", leads.Count);
            bool all = leads.Count == query.Units;
            NamedValues inputs = all ? query.Inputs : BatchRows.Take(query.Inputs, UnitsOf(leads));
            NamedValues outputs;
            long before = clock.GetTimestamp();
            try
            {
                outputs = await inner.RunAsync(inputs, context, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                if (!all)
                {
                    inputs.Dispose();
                }
            }

            long after = clock.GetTimestamp();
            bool kept = TryKeep(outputs, leads, entries, epoch, options);
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
                $"Model '{inner.Info.Name}': expected tensors with one row for each of the {leads.Count} rows it was given, got others. Remove UseCaching, or the assertion that rows are independent.");
        }
        catch (Exception exception)
        {
            // A deterministic model would fail for the same row again. What befell several rows, or was due to this caller, says nothing of the others.
            bool certain = led == 1 && exception is ModelRunException or InvalidInputException;
            foreach ((_, _, Flight? flight) in leads)
            {
                End(flight, f => Abort(f, certain ? exception : null));
            }

            throw;
        }
    }

    private bool TryKeep(NamedValues outputs, List<(int Unit, CacheEntry Draft, Flight? Flight)> leads, CacheEntry?[] entries, int epoch, CachingOptions options)
    {
        UnitLayout? layout = _outputLayouts.Find(outputs);
        if (layout is null || (!whole && ((TensorValue)outputs[0].Value).Shape[0] != leads.Count))
        {
            foreach ((_, _, Flight? flight) in leads)
            {
                End(flight, static f => f.GiveUp());
            }

            return false;
        }

        for (int i = 0; i < leads.Count; i++)
        {
            (int unit, CacheEntry draft, Flight? flight) = leads[i];
            draft.Complete(layout, layout.Read(outputs, i));
            entries[unit] = draft;
            Keep(draft, flight, epoch, options);
            if (options.SecondLevel.Enabled)
            {
                secondLevel?.Write(draft, options.SecondLevel, () => epoch == store.Epoch);
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
        End(flight, static f => f.Land());
    }

    private void End(Flight? flight, Action<Flight> how)
    {
        if (flight is not null)
        {
            store.For(flight.Draft.Key).Leave(flight);
            how(flight);
        }
    }

    private async Task<CacheEntry?> FollowAsync(Flight flight, RunContext? context, CancellationToken cancellationToken)
    {
        if (context?.Deadline is not { } deadline || flight.Landed.IsCompleted)
        {
            return await flight.Landed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        // Timers reach no further than some 49 days.
        TimeSpan left = deadline - clock.GetUtcNow();
        left = left < LongestWait ? left : LongestWait;
        try
        {
            return await flight.Landed.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new DeadlineExceededException($"Model '{inner.Info.Name}': the deadline {deadline:O} passed while another call ran the same row. Allow more time.");
        }
    }

    private static void Abort(Flight flight, Exception? exception)
    {
        if (exception is null)
        {
            flight.GiveUp();
        }
        else
        {
            flight.Fail(exception);
        }
    }

    private static int[] UnitsOf(List<(int Unit, CacheEntry Draft, Flight? Flight)> leads)
    {
        int[] units = new int[leads.Count];
        for (int i = 0; i < units.Length; i++)
        {
            units[i] = leads[i].Unit;
        }

        return units;
    }
}
