using System.Diagnostics;

namespace Inference.OnnxRuntime.Tests.Differential.Plain;

/// <summary><c>cpu</c> in a child process without vector instructions: every kernel is the scalar one, in the order in which its formula is written.</summary>
internal sealed class PlainEngine : IDisposable
{
    /// <summary>What the child is started with.</summary>
    public const string Argument = "--plain";

    private static readonly TimeSpan s_silence = TimeSpan.FromSeconds(60);
    private static readonly Lazy<PlainEngine> s_shared = new(static () => new PlainEngine());
    private readonly Lock _lock = new();
    private Process? _child;
    private BinaryWriter? _writer;
    private BinaryReader? _reader;

    /// <summary>The engine that all tests of this process ask.</summary>
    public static PlainEngine Shared => s_shared.Value;

    /// <summary>Runs a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">Its inputs.</param>
    /// <param name="error">Why it gave no values; null where it did.</param>
    /// <returns>The outputs; null for an error.</returns>
    public NamedValues? Run(byte[] model, NamedValues inputs, out string? error)
    {
        lock (_lock)
        {
            Start();
            try
            {
                _writer!.Write(model.Length);
                _writer.Write(model);
                PlainValues.Write(inputs, _writer);
                _writer.Flush();
                Task<(NamedValues?, string?)> answer = Task.Run(Read);
                if (answer.Wait(s_silence))
                {
                    (NamedValues? values, error) = answer.Result;
                    return values;
                }

                error = $"the plain engine gave no answer within {s_silence.TotalSeconds} s";
            }
            catch (Exception exception) when (exception is IOException || exception is AggregateException { InnerException: IOException })
            {
                error = "the plain engine's process ended";
            }

            Dispose();
            return null;
        }
    }

    public void Dispose()
    {
        if (_child is { } child)
        {
            _child = null;
            if (!child.HasExited)
            {
                child.Kill();
            }

            child.Dispose();
        }
    }

    private (NamedValues? Values, string? Error) Read()
    {
        string error = _reader!.ReadString();
        return error.Length > 0 ? (null, error) : (PlainValues.Read(_reader), null);
    }

    private void Start()
    {
        if (_child is { HasExited: false })
        {
            return;
        }

        Dispose();
        string host = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";
        var start = new ProcessStartInfo(host) { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add(typeof(PlainEngine).Assembly.Location);
        start.ArgumentList.Add(Argument);
        start.Environment["DOTNET_EnableHWIntrinsic"] = "0";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        _child = Process.Start(start)!;
        _writer = new BinaryWriter(_child.StandardInput.BaseStream);
        _reader = new BinaryReader(_child.StandardOutput.BaseStream);
    }
}
