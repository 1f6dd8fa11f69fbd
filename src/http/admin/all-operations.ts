import type { Operation } from './operation.ts';
import { catalogueOperations } from './operations/catalogue.ts';
import { clientsOperations } from './operations/clients.ts';
import { employeesOperations } from './operations/employees.ts';
import { eventsOperations } from './operations/events.ts';
import { grantsOperations } from './operations/grants.ts';
import { insightOperations } from './operations/insight.ts';
import { interventionsOperations } from './operations/interventions.ts';
import { managersOperations } from './operations/managers.ts';
import { mandatesOperations } from './operations/mandates.ts';
import { meOperations } from './operations/me.ts';
import { meansOperations } from './operations/means.ts';
import { noticesOperations } from './operations/notices.ts';
import { offersOperations } from './operations/offers.ts';
import { paperOperations } from './operations/paper.ts';
import { partiesOperations } from './operations/parties.ts';
import { reconfirmationsOperations } from './operations/reconfirmations.ts';
import { requestsOperations } from './operations/requests.ts';
import { serviceSetsOperations } from './operations/service-sets.ts';
import { servicesOperations } from './operations/services.ts';

/** Every operation of the admin API, in the order of the reference page. */
export const OPERATIONS: readonly Operation[] = [
  ...grantsOperations,
  ...requestsOperations,
  ...offersOperations,
  ...mandatesOperations,
  ...managersOperations,
  ...employeesOperations,
  ...partiesOperations,
  ...meansOperations,
  ...interventionsOperations,
  ...paperOperations,
  ...servicesOperations,
  ...serviceSetsOperations,
  ...catalogueOperations,
  ...insightOperations,
  ...clientsOperations,
  ...eventsOperations,
  ...noticesOperations,
  ...reconfirmationsOperations,
  ...meOperations,
];
