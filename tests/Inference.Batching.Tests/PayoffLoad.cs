using Inference.TestSupport;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Batching.Tests;

/// <summary>Load that decides what pays.</summary>
internal static class PayoffLoad
{
    /// <summary>Lets callers for whom batching costs five times as much go on until it is left out.</summary>
    public static void StepAside(this PayoffController payoff, FakeTimeProvider clock, int callers)
    {
        for (int i = 0; i < callers; i++)
        {
            payoff.Enter();
        }

        for (int step = 0; !payoff.SteppedAside; step++)
        {
            Assert.InRange(step, 0, 10_000);
            int calls = payoff.Direct ? 1 : callers;
            clock.Advance(TimeSpan.FromMilliseconds(payoff.Direct ? 1 : 5 * callers));
            payoff.Exit(payoff.Direct, calls, calls);
            for (int i = 0; i < calls; i++)
            {
                payoff.Enter();
            }
        }

        payoff.Leave(callers);
        Assert.True(payoff.Bypass);
    }
}
