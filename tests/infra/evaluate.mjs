// Asks the maintained evaluator of IAM policies (@cloud-copilot/iam-simulate): JSON of a list of simulations on
// standard input, JSON of a list of answers on standard output.
//
// A simulation is what that library takes. An answer is {"result": "Allowed" | "ExplicitlyDenied" | "ImplicitlyDenied",
// "ignored": [context keys that AWS does not offer for that action and resource]}, or {"error": ...}. Simulations may have a
// "group" and whether they are "expected" to be allowed: once one of a group is not as expected, the others of it are {"skipped"}.
import { runSimulation } from '@cloud-copilot/iam-simulate'

let text = ''
for await (const chunk of process.stdin) text += chunk
const answers = []
const unexpected = new Set()
for (const { group, expected, ...simulation } of JSON.parse(text)) {
  if (unexpected.has(group)) {
    answers.push({ skipped: true })
    continue
  }
  const answer = await runSimulation(simulation, {})
  if (group !== undefined && (answer.overallResult === 'Allowed') !== expected) unexpected.add(group)
  answers.push(
    answer.resultType === 'error'
      ? { error: answer.errors }
      : { result: answer.overallResult, ignored: answer.result?.ignoredContextKeys ?? [] }
  )
}
process.stdout.write(JSON.stringify(answers))
