using System.Diagnostics.CodeAnalysis;
using Inference.Rows;

namespace Inference.Sequences.States;

/// <summary>The states of a loaded model: checked against its signature, added to inputs and taken from outputs. Thread-safe.</summary>
internal sealed class StateTable : IDisposable
{
    private readonly StateSlot[] _slots;
    private readonly string _model;
    private readonly bool _returnsStates;

    /// <exception cref="InferenceException">A state does not fit the model; the message says which and why.</exception>
    public StateTable(ModelInfo model, SequenceOptions options)
    {
        _model = model.Name;
        _returnsStates = options.ReturnStates;
        var states = options.States.Select(s => s.Input).ToHashSet(StringComparer.Ordinal);
        ModelPort[] others = [.. model.Inputs.Where(p => !states.Contains(p.Name))];
        _slots = [.. options.States.Select(s => StateCheck.Slot(model, s, others))];
        var left = options.States.Select(s => s.Output).ToHashSet(StringComparer.Ordinal);

        // Rows of a call are rows of its sequence's states: stages around this one must not regroup them, nor take equal inputs for equal calls.
        Info = model with
        {
            Inputs = others,
            Outputs = _returnsStates ? model.Outputs : [.. model.Outputs.Where(p => !left.Contains(p.Name))],
            RowIndependent = false,
            Deterministic = false,
        };
    }

    /// <summary>The model as callers see it: without its states.</summary>
    public ModelInfo Info { get; }

    /// <summary>Checks states that a caller gives to begin with.</summary>
    /// <exception cref="InvalidInputException">A name is not that of a state's input, or a value does not fit it.</exception>
    public void CheckInitial(NamedValues states)
    {
        foreach ((string name, ModelValue value) in states)
        {
            StateSlot? slot = Array.Find(_slots, s => s.Input.Name == name);
            if (slot is null)
            {
                throw new InvalidInputException($"Model '{_model}', initial state '{name}': expected the input of a state ({string.Join(", ", _slots.Select(s => $"'{s.Input.Name}'"))}). Remove it.") { Input = name };
            }

            if (value is not TensorValue tensor || !StateCheck.Fits(slot.Input.Type, tensor.ElementType, tensor.Shape))
            {
                throw new InvalidInputException($"Model '{_model}', initial state '{name}': expected {slot.Input.Type}, got {value}. Pass a tensor of that type and shape.")
                {
                    Input = name,
                    Expected = slot.Input.Type.ToString(),
                    Actual = value.ToString(),
                };
            }
        }
    }

    /// <summary>The states that a sequence begins with, in order; the caller disposes them.</summary>
    /// <param name="given">Those that were given, by the names of inputs; null for none.</param>
    /// <param name="inputs">The inputs of the first call.</param>
    public ModelValue[] Begin(NamedValues? given, NamedValues inputs)
    {
        var states = new ModelValue[_slots.Length];
        int made = 0;
        try
        {
            for (; made < states.Length; made++)
            {
                states[made] = given is not null && given.TryGetValue(_slots[made].Input.Name, out ModelValue? value) ? value.Retain() : _slots[made].Begin(_model, inputs);
            }

            return states;
        }
        catch
        {
            Free(states.AsSpan(0, made));
            throw;
        }
    }

    /// <summary>The inputs together with the states. The set holds no references: do not dispose it.</summary>
    /// <exception cref="InvalidInputException">The inputs contain a state.</exception>
    public NamedValues Join(NamedValues inputs, ReadOnlySpan<ModelValue> states)
    {
        var all = new NamedValues(inputs.Count + states.Length);
        for (int i = 0; i < inputs.Count; i++)
        {
            (string name, ModelValue value) = inputs.GetAt(i);
            if (Array.Exists(_slots, s => s.Input.Name == name))
            {
                ThrowState(name);
            }

            all.SetValue(name, value);
        }

        for (int i = 0; i < states.Length; i++)
        {
            all.SetValue(_slots[i].Input.Name, states[i]);
        }

        return all;
    }

    /// <summary>Takes the states from outputs.</summary>
    /// <param name="outputs">The outputs; taken over.</param>
    /// <param name="states">The states, in order; the caller disposes them.</param>
    /// <returns>The other outputs, and copies or references of the states if they are returned; the caller disposes them.</returns>
    /// <exception cref="ModelRunException">A state is missing.</exception>
    public NamedValues Take(NamedValues outputs, out ModelValue[] states)
    {
        var result = new NamedValues(outputs.Count);
        states = new ModelValue[_slots.Length];
        try
        {
            for (int i = 0; i < states.Length; i++)
            {
                states[i] = outputs.TryGetValue(_slots[i].Output.Name, out ModelValue? value) ? Keep(value)
                    : throw new ModelRunException($"Model '{_model}', output '{_slots[i].Output.Name}': expected the state, got nothing.");
            }

            for (int i = 0; i < outputs.Count; i++)
            {
                (string name, ModelValue value) = outputs.GetAt(i);
                if (_returnsStates || !Array.Exists(_slots, s => s.Output.Name == name))
                {
                    // One more reference, because the set of outputs is disposed.
                    result.SetValue(name, value.Retain());
                }
            }

            return result;
        }
        catch
        {
            Free(states);
            result.Dispose();
            throw;
        }
        finally
        {
            outputs.Dispose();
        }
    }

    /// <summary>Disposes states.</summary>
    public static void Free(ReadOnlySpan<ModelValue> states)
    {
        foreach (ModelValue? state in states)
        {
            state?.Dispose();
        }
    }

    public void Dispose()
    {
        foreach (StateSlot slot in _slots)
        {
            slot.Dispose();
        }
    }

    // A reference. A row of a batch is copied out of it: it would keep the rows of all other sequences in memory.
    private static ModelValue Keep(ModelValue value) => value is TensorValue { IsPart: true } part ? TensorRows.Copy(part, 0, TensorRows.Count(part)) : value.Retain();

    [DoesNotReturn]
    private void ThrowState(string name) => throw new InvalidInputException(
        $"Model '{_model}', input '{name}': expected no value, because it is a state that the pipeline keeps, got one. Remove it; states to begin with are passed to StartSequence.") { Input = name };
}
