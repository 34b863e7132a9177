namespace Inference.Monitoring;

/// <summary>Silences the alerts of one model for some time: states, health and meters go on, receivers are told afterwards what then holds. Obtained from <see cref="IModelRunner.GetService"/>. Thread-safe.</summary>
public interface IAlertSilence
{
    /// <summary>The end of the silence; null if there is none.</summary>
    DateTimeOffset? SilentUntil { get; }

    /// <summary>Begins, changes or ends the silence.</summary>
    /// <param name="until">Its end; a time that has passed ends it now.</param>
    /// <param name="actor">Who decides: 1 to 128 characters.</param>
    /// <param name="reason">Why: 1 to 1,024 characters.</param>
    /// <exception cref="ArgumentException">The actor or the reason is not valid.</exception>
    void Silence(DateTimeOffset until, string actor, string reason);
}
