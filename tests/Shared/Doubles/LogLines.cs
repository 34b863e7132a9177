using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Inference.TestSupport;

/// <summary>Keeps what is logged: <c>Category|Level|text</c>.</summary>
public sealed class LogLines : ILoggerFactory
{
    private readonly ConcurrentQueue<string> _lines = new();

    /// <summary>The lines so far.</summary>
    public string[] All => [.. _lines];

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => new Writer(categoryName, _lines);

    /// <inheritdoc/>
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("It writes for itself alone.");

    /// <inheritdoc/>
    public void Dispose()
    {
        // The lines stay.
    }

    private sealed class Writer(string category, ConcurrentQueue<string> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            ArgumentNullException.ThrowIfNull(formatter);
            lines.Enqueue($"{category}|{logLevel}|{formatter(state, exception)}");
        }
    }
}
